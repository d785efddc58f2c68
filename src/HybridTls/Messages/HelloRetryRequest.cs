using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>HelloRetryRequest (RFC 9846 §4.2.4), read in place: a ServerHello with a random that everyone knows.</summary>
/// <remarks>If <see cref="SelectedVersion"/> is not TLS 1.3, only the structure has been checked, and it is to be refused.</remarks>
internal readonly ref struct HelloRetryRequest
{
    private readonly ServerHelloFields _fields;

    private HelloRetryRequest(ServerHelloFields fields)
    {
        _fields = fields;
        if (SelectedVersion != ProtocolVersion.Tls13)
            return;
        SelectedGroup = Extensions.TryGet(ExtensionType.KeyShare, out ReadOnlySpan<byte> data) ? KeyShareExtension.ParseSelectedGroup(data) : null;
        Cookie = Extensions.TryGet(ExtensionType.Cookie, out data) ? CookieExtension.Parse(data) : default;
    }

    /// <summary>SHA-256 of "HelloRetryRequest" (§4.2.3).</summary>
    public static ReadOnlySpan<byte> Random =>
    [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];

    /// <summary>legacy_session_id_echo, at most 32 bytes.</summary>
    public ReadOnlySpan<byte> SessionIdEcho => _fields.SessionIdEcho;

    /// <summary>The cipher suite that the server selected.</summary>
    public TlsCipherSuite CipherSuite => _fields.CipherSuite;

    /// <summary>The version that the server selected.</summary>
    public ProtocolVersion SelectedVersion => _fields.SelectedVersion;

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions => _fields.Extensions;

    /// <summary>key_share: the group of which the server wants a share.</summary>
    public NamedGroup? SelectedGroup { get; }

    /// <summary>cookie, to be echoed: empty if it is not there.</summary>
    public ReadOnlySpan<byte> Cookie { get; }

    /// <summary>Reads the body of the message, for which <see cref="ServerHello.IsHelloRetryRequest"/> is true.</summary>
    /// <exception cref="HybridTlsException">As for <see cref="ServerHello.Parse"/>.</exception>
    public static HelloRetryRequest Parse(ReadOnlySpan<byte> body) =>
        new(ServerHelloFields.Parse(body, ExtensionContext.HelloRetryRequest, "HelloRetryRequest"));

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(TlsWriter writer, scoped ReadOnlySpan<byte> sessionIdEcho, TlsCipherSuite cipherSuite) =>
        ServerHelloFields.Begin(writer, Random, sessionIdEcho, cipherSuite);
}

using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>ServerHello (RFC 9846 §4.2.3), read in place.</summary>
/// <remarks>
/// HelloRetryRequest, which has its form, is read by <see cref="HelloRetryRequest"/>.
/// If <see cref="SelectedVersion"/> is TLS 1.3, each extension has been read, once. If it is not, only the structure
/// has been checked, and the answer is to be refused (§4.2.3, with <see cref="HasDowngradeSentinel"/>; §4.3.1).
/// </remarks>
internal readonly ref struct ServerHello
{
    private readonly ServerHelloFields _fields;

    private ServerHello(ServerHelloFields fields)
    {
        _fields = fields;
        if (SelectedVersion != ProtocolVersion.Tls13)
            return;
        KeyShare = Extensions.TryGet(ExtensionType.KeyShare, out ReadOnlySpan<byte> data) ? KeyShareExtension.ParseServerShare(data) : default;
        PreSharedKey = Extensions.TryGet(ExtensionType.PreSharedKey, out data) ? PreSharedKeyExtension.ParseSelected(data) : null;
    }

    /// <summary>The 32 bytes of random.</summary>
    public ReadOnlySpan<byte> Random => _fields.Random;

    /// <summary>legacy_session_id_echo, at most 32 bytes.</summary>
    public ReadOnlySpan<byte> SessionIdEcho => _fields.SessionIdEcho;

    /// <summary>The cipher suite that the server selected.</summary>
    public TlsCipherSuite CipherSuite => _fields.CipherSuite;

    /// <summary>The version that the server selected: of supported_versions, or legacy_version if that is absent.</summary>
    public ProtocolVersion SelectedVersion => _fields.SelectedVersion;

    /// <summary>Whether the version comes from supported_versions: a version before TLS 1.3 there is illegal_parameter (§4.3.1).</summary>
    public bool HasSupportedVersions => Extensions.Types.Contains(ExtensionType.SupportedVersions);

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions => _fields.Extensions;

    /// <summary>key_share, if it is there.</summary>
    public KeyShareEntry KeyShare { get; }

    /// <summary>pre_shared_key: the index of the selected identity.</summary>
    public int? PreSharedKey { get; }

    /// <summary>
    /// Whether the random ends with one of the marks by which a server of TLS 1.3 that selects an older version says so (§4.2.3).
    /// </summary>
    public bool HasDowngradeSentinel => Random[^8..].SequenceEqual("DOWNGRD\u0001"u8) || Random[^8..].SequenceEqual("DOWNGRD\0"u8);

    /// <summary>Whether the body of a server_hello message is a HelloRetryRequest, which its random tells.</summary>
    public static bool IsHelloRetryRequest(ReadOnlySpan<byte> body) =>
        body.Length >= 2 + ClientHello.RandomSize && body.Slice(2, ClientHello.RandomSize).SequenceEqual(HelloRetryRequest.Random);

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong (decode_error); TLS 1.3 is selected and a legacy field or an extension is wrong (illegal_parameter, or
    /// as <see cref="ExtensionBlock.Parse"/> says).
    /// </exception>
    public static ServerHello Parse(ReadOnlySpan<byte> body) =>
        new(ServerHelloFields.Parse(body, ExtensionContext.ServerHello, "ServerHello"));

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(
        TlsWriter writer,
        scoped ReadOnlySpan<byte> random,
        scoped ReadOnlySpan<byte> sessionIdEcho,
        TlsCipherSuite cipherSuite) =>
        ServerHelloFields.Begin(writer, random, sessionIdEcho, cipherSuite);
}

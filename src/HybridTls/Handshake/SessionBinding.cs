using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Certificates;
using HybridTls.Messages;

namespace HybridTls.Handshake;

/// <summary>
/// What a session was agreed on under, as one hash: who was asked for, who answered, whom each side trusts. A session is resumed only
/// where all of it is the same, for a resumption repeats none of the proofs. The hash holds contents, not objects, so that it is the same
/// in every process of a fleet.
/// </summary>
internal static class SessionBinding
{
    /// <summary>Who chooses credentials: a delegate has no contents to hash, so each object is somebody else.</summary>
    private static readonly ConditionalWeakTable<Delegate, SelectorId> Selectors = [];

    private static uint _lastSelector;

    private enum Identity : byte
    {
        Name = 1,
        Key = 2,
    }

    /// <summary>
    /// A server's binding: the server's identity, the application protocol, the kind of credential, and whom it accepts as a client. The
    /// cipher suite's hash is compared apart, since the pre-shared key has it, too.
    /// </summary>
    /// <remarks>
    /// The identity is the name that the client asked for, if our certificate carries that name; so the servers of a fleet may have
    /// certificates of their own. In any other case (no name, another name, a raw public key) it is our key: a session that was begun with
    /// one server must not go on with another that shares the ticket keys but could not have begun it.
    /// </remarks>
    public static byte[] ForServer(HybridTlsServerOptions options, string? serverName, SslApplicationProtocol applicationProtocol)
    {
        HybridTlsCredential credential = options.Credential!;
        using TlsWriter writer = new(capacity: 256);
        writer.WriteVector8("HybridTls server session 1"u8);
        WriteText(writer, serverName);
        if (serverName is not null && credential.Names(serverName)) // HT-RES-15
        {
            writer.WriteUInt8((byte)Identity.Name);
        }
        else
        {
            writer.WriteUInt8((byte)Identity.Key);
            writer.WriteVector16(credential.SubjectPublicKeyInfo.Span);
        }

        writer.WriteUInt8(credential.IsRawPublicKey ? 1 : 0);
        writer.WriteVector8(applicationProtocol.Protocol.Span);
        writer.WriteUInt8((byte)options.ClientCertificateMode);
        if (options.ClientCertificateMode != ClientAuthenticationMode.NoCertificate)
        {
            writer.WriteUInt8(options.AcceptRawPublicKeys ? 1 : 0);
            writer.WriteVector8(options.PeerValidation!.Fingerprint.Span);
        }

        return SHA256.HashData(writer.Written);
    }

    /// <summary>
    /// A client's binding: the server's name, whom the client trusts, what it offers, and who it is itself. It is part of the key under
    /// which a session is kept, so that clients with different options may share one cache.
    /// </summary>
    /// <returns>The server's name and the hash in hexadecimal.</returns>
    public static string ForClient(HybridTlsClientOptions options) // HT-RES-17
    {
        string name = HostName.TryParse(options.TargetHost, out HostName parsed) ? parsed.ToString() : "";
        using TlsWriter writer = new(capacity: 256);
        writer.WriteVector8("HybridTls client session 1"u8);
        WriteText(writer, name);
        writer.WriteUInt8(options.SendServerName ? 1 : 0);
        writer.WriteUInt8(options.AcceptRawPublicKeys ? 1 : 0);
        writer.WriteVector8(options.PeerValidation!.Fingerprint.Span);
        using (writer.BeginVector16())
        {
            foreach (SslApplicationProtocol protocol in options.ApplicationProtocols)
                writer.WriteVector8(protocol.Protocol.Span);
        }

        writer.WriteUInt8(options.Credential is { IsRawPublicKey: true } ? 1 : 0);
        writer.WriteVector16(options.Credential is { } credential ? credential.SubjectPublicKeyInfo.Span : default);
        writer.WriteUInt32(options.SelectCredential is { } selector ? Selectors.GetValue(selector, static _ => new SelectorId()).Value : 0);
        return $"{name}/{Convert.ToHexStringLower(SHA256.HashData(writer.Written))}";
    }

    private sealed class SelectorId
    {
        public uint Value { get; } = Interlocked.Increment(ref _lastSelector);
    }

    private static void WriteText(TlsWriter writer, string? text)
    {
        using LengthScope scope = writer.BeginVector16();
        if (text is not null)
            writer.WriteBytes(Encoding.UTF8.GetBytes(text));
    }
}

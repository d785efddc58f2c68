using System.Net.Security;
using System.Text;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Handshake;

/// <summary>
/// What the first and the second ClientHello of one connection have in common (RFC 9846 §4.2.2: the second repeats the first but for
/// the key share and the cookie): the random values are drawn once.
/// </summary>
internal sealed class ClientHelloTemplate
{
    private const int SessionIdSize = 32;
    private const int GreaseCount = 5;

    private readonly HybridTlsClientOptions _options;

    // The random, the session id of middlebox compatibility mode (appendix E.4), and the choice of reserved values.
    private readonly byte[] _random = new byte[ClientHello.RandomSize + SessionIdSize + GreaseCount];

    public ClientHelloTemplate(HybridTlsClientOptions options)
    {
        _options = options;
        Entropy.Fill(_random);
        CipherSuites = [.. options.CipherSuites.Where(static id => CipherSuiteParameters.Find((ushort)id) is not null)];
        AcceptedServerTypes = options.PeerCertificateTypes is { } types ? [.. types]
            : options.AcceptRawPublicKeys ? [CertificateType.RawPublicKey, CertificateType.X509]
            : [CertificateType.X509];
        OwnTypes = options.OwnCertificateTypes is { } own ? [.. own]
            : options.Credential is { IsRawPublicKey: true } ? [CertificateType.RawPublicKey]
            : [CertificateType.X509];
        ServerName = options.SendServerName && HostName.TryParse(options.TargetHost, out HostName name) ? name.DnsName : null;
    }

    /// <summary>The random of the ClientHello, 32 bytes.</summary>
    public ReadOnlySpan<byte> Random => _random.AsSpan(0, ClientHello.RandomSize);

    /// <summary>legacy_session_id, 32 bytes: to be echoed.</summary>
    public ReadOnlySpan<byte> SessionId => _random.AsSpan(ClientHello.RandomSize, SessionIdSize);

    /// <summary>The cipher suites that the platform has, in order of preference.</summary>
    public TlsCipherSuite[] CipherSuites { get; }

    /// <summary>How the server may present its key.</summary>
    public CertificateType[] AcceptedServerTypes { get; }

    /// <summary>How we can present our key.</summary>
    public CertificateType[] OwnTypes { get; }

    /// <summary>The name that is sent; null for none.</summary>
    public string? ServerName { get; }

    /// <summary>Writes the message.</summary>
    /// <returns>The extensions that the server may answer.</returns>
    /// <remarks>With a session, the message ends with its binder, still zero: the transcript has to be known to compute it.</remarks>
    public ExtensionSet Write(
        TlsWriter writer, ClientHelloShares shares, X25519MLKem768 keyShare, ReadOnlySpan<byte> cookie, ClientSession? session)
    {
        ReadOnlySpan<TlsCipherSuite> suites = [(TlsCipherSuite)GreaseValue(0), .. CipherSuites];
        ExtensionSet offered = ExtensionSet.Of(
            ExtensionType.SupportedVersions, ExtensionType.SupportedGroups, ExtensionType.SignatureAlgorithms, ExtensionType.KeyShare);
        using MessageScope message = ClientHello.Begin(writer, Random, SessionId, suites); // HT-WIRE-4
        writer.WriteExtension((ExtensionType)GreaseValue(1), []);
        SupportedVersionsExtension.WriteOffered(writer, (ProtocolVersion)GreaseValue(2), ProtocolVersion.Tls13); // HT-WIRE-1
        SupportedGroupsExtension.Write(writer, (NamedGroup)GreaseValue(3), NamedGroup.X25519MLKem768); // HT-WIRE-2
        SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
        WriteKeyShares(writer, shares, keyShare);
        if (ServerName is not null)
        {
            ServerNameExtension.Write(writer, Encoding.ASCII.GetBytes(ServerName)); // HT-NEG-12
            offered = offered.With(ExtensionType.ServerName);
        }

        if (_options.ApplicationProtocols.Count > 0)
        {
            AlpnExtension.WriteOffered(writer, [.. _options.ApplicationProtocols]);
            offered = offered.With(ExtensionType.ApplicationLayerProtocolNegotiation);
        }

        offered = WriteCertificateExtensions(writer, offered);
        if (_options.RecordSizeLimit is { } limit)
        {
            RecordSizeLimitExtension.Write(writer, limit); // HT-REC-19
            offered = offered.With(ExtensionType.RecordSizeLimit);
        }

        if (!cookie.IsEmpty)
            CookieExtension.Write(writer, cookie); // HT-HRR-6

        // A second reserved extension, not empty: servers must not choke on content either.
        writer.WriteExtension((ExtensionType)DistinctGreaseValue(4, 1), [0]); // HT-WIRE-6
        return WriteSessionExtensions(writer, offered, session); // HT-EARLY-1, HT-PHA-2
    }

    /// <summary>Writes what resumption needs; pre_shared_key must be the last extension (RFC 9846 §4.3.11).</summary>
    private ExtensionSet WriteSessionExtensions(TlsWriter writer, ExtensionSet offered, ClientSession? session)
    {
        if (!_options.Resumes)
            return offered;

        // Also without a session: it tells the server that tickets are of use (§4.3.9).
        PskKeyExchangeModesExtension.Write(writer, PskKeyExchangeMode.PskWithKeyAgreement); // HT-RES-2
        if (_options.RequestedTickets is { } count)
        {
            // After a resumption one ticket replaces the one that was used up.
            TicketRequestExtension.Write(writer, (byte)count, (byte)Math.Min(count, 1)); // HT-RES-10
            offered = offered.With(ExtensionType.TicketRequest);
        }

        if (session is null)
            return offered;
        uint age = session.Times.ObfuscatedAgeAt(_options.TimeProvider.GetUtcNow());
        PreSharedKeyExtension.WriteOffered(writer, new PskIdentity(session.Ticket.Span, age), CipherSuiteParameters.Find((ushort)session.CipherSuite)!.HashSize); // HT-PSK-1
        return offered.With(ExtensionType.PreSharedKey);
    }

    private ExtensionSet WriteCertificateExtensions(TlsWriter writer, ExtensionSet offered)
    {
        if (OwnTypes.Contains(CertificateType.RawPublicKey))
        {
            CertificateTypeExtension.WriteOffered(writer, ExtensionType.ClientCertificateType, OwnTypes);
            offered = offered.With(ExtensionType.ClientCertificateType);
        }

        if (AcceptedServerTypes.Contains(CertificateType.RawPublicKey))
        {
            CertificateTypeExtension.WriteOffered(writer, ExtensionType.ServerCertificateType, AcceptedServerTypes);
            offered = offered.With(ExtensionType.ServerCertificateType);
        }

        if (CertificateCompressor.Algorithms(_options.CertificateCompression) is { Length: > 0 } algorithms)
        {
            CompressCertificateExtension.Write(writer, algorithms); // HT-CMP-1
            offered = offered.With(ExtensionType.CompressCertificate);
        }

        return offered;
    }

    private void WriteKeyShares(TlsWriter writer, ClientHelloShares shares, X25519MLKem768 keyShare)
    {
        using MessageScope list = KeyShareExtension.BeginOffered(writer);
        if (shares == ClientHelloShares.None)
            return;
        if (shares == ClientHelloShares.Initial)
            KeyShareExtension.WriteEntry(writer, (NamedGroup)GreaseValue(3), [0]);
        Span<byte> share = stackalloc byte[X25519MLKem768.ClientShareSizeInBytes];
        keyShare.ExportClientShare(share);
        KeyShareExtension.WriteEntry(writer, NamedGroup.X25519MLKem768, share);
    }

    private ushort GreaseValue(int index) => Grease.CodePoint(_random[ClientHello.RandomSize + SessionIdSize + index]);

    /// <summary>A reserved value that differs from the one at <paramref name="other"/>: an extension must not occur twice.</summary>
    private ushort DistinctGreaseValue(int index, int other)
    {
        ushort value = GreaseValue(index);
        return value != GreaseValue(other) ? value : Grease.CodePoint(unchecked((byte)(_random[ClientHello.RandomSize + SessionIdSize + index] + 1)));
    }
}

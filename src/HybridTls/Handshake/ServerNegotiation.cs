using System.Net.Security;
using System.Text;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <summary>
/// What a server chooses from a ClientHello (RFC 9846 §4.2.1) in a full handshake as in a resumption, and every reason to refuse one.
/// </summary>
internal sealed class ServerNegotiation
{
    /// <summary>How many application protocols a host is shown: each costs an object, and a hello has room for thirty thousand.</summary>
    public const int MaxDescribedProtocols = 64;

    private static readonly ExtensionSet MayDifferAfterRetry = ExtensionSet.Of(
        ExtensionType.KeyShare, ExtensionType.EarlyData, ExtensionType.Cookie, ExtensionType.PreSharedKey, ExtensionType.Padding);

    /// <summary>The cipher suite: the first of ours that the client offers.</summary>
    public required CipherSuiteParameters Suite { get; init; }

    /// <summary>Whether the client sent a share of our group, so that no HelloRetryRequest is needed.</summary>
    public bool HasKeyShare { get; init; }

    /// <summary>The application protocol; default if none was negotiated.</summary>
    public SslApplicationProtocol ApplicationProtocol { get; init; }

    /// <summary>The name that the client wants; null if it named none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether the client asked how we present our key (RFC 7250), in a resumption as in a full handshake.</summary>
    public bool AnswersServerCertificateType { get; init; }

    /// <summary>The client's record_size_limit in bytes (RFC 8449), if it sent one.</summary>
    public int? PeerRecordSizeLimit { get; init; }

    /// <summary>Whether the client has a use for tickets (RFC 9846 §4.3.9), and we give them.</summary>
    public bool IssuesTickets { get; init; }

    /// <summary>How many tickets the client wants after a full handshake and after a resumption (RFC 9149), if it says so.</summary>
    public (byte Full, byte Resumed)? RequestedTickets { get; init; }

    /// <summary>Chooses.</summary>
    /// <exception cref="HybridTlsException">There is no common ground; the alert is the one of RFC 9846 §4.2.1 and §9.2.</exception>
    public static ServerNegotiation Negotiate(ClientHello hello, HybridTlsServerOptions options)
    {
        ThrowIfExtensionsAreMissing(hello);
        hello.TryGetSupportedGroups(out CodePointList<NamedGroup> groups);
        hello.TryGetKeyShares(out KeyShareList shares);
        if (!shares.AreAllIn(groups))
            TlsError.ThrowIllegalParameter("key_share: a share of a group that supported_groups does not name (RFC 9846 §4.3.8).");
        CipherSuiteParameters suite = SelectSuite(hello, options);
        if (!groups.Contains(NamedGroup.X25519MLKem768))
        {
            TlsError.Throw(TlsAlert.HandshakeFailure,
                "The peer offers no X25519MLKEM768 (0x11EC), the only key agreement here: it needs OpenSSL 3.5, Go 1.27, Node 24.7 or newer, with the group enabled.",
                FailureReason.NoSharedGroup);
        }

        return new ServerNegotiation
        {
            Suite = suite,
            HasKeyShare = shares.TryFind(NamedGroup.X25519MLKem768, out _),
            ApplicationProtocol = SelectApplicationProtocol(hello, options),
            ServerName = hello.TryGetServerName(out ReadOnlySpan<byte> name) ? Encoding.ASCII.GetString(name) : null,
            AnswersServerCertificateType = hello.Extensions.Types.Contains(ExtensionType.ServerCertificateType),
            PeerRecordSizeLimit = hello.TryGetRecordSizeLimit(out int limit) ? limit : null,
            IssuesTickets = options.AllowTlsResume && TicketOffer.AcceptsTickets(hello),
            RequestedTickets = hello.TryGetTicketRequest(out byte full, out byte resumed) ? (full, resumed) : null,
        };
    }

    /// <summary>Refuses a client that does not speak TLS 1.3.</summary>
    public static void ThrowUnlessTls13(ClientHello hello)
    {
        if (!hello.OffersTls13)
            TlsError.Throw(TlsAlert.ProtocolVersion, "The peer offers no TLS 1.3, the only version here.");
    }

    /// <summary>Refuses a second ClientHello that differs from the first in what it may not change (RFC 9846 §4.2.2).</summary>
    public static void ThrowUnlessRepeated(ClientHello first, ClientHello second)
    {
        if (!second.TryGetKeyShares(out KeyShareList shares)
            || shares.Count != 1
            || !shares.TryFind(NamedGroup.X25519MLKem768, out _))
        {
            TlsError.ThrowIllegalParameter("The second ClientHello does not hold exactly the share that was asked for (RFC 9846 §4.2.2).",
                shares.Count == 0 ? FailureReason.NoKeyShare : FailureReason.WrongGroup);
        }

        if (second.Extensions.Types.Contains(ExtensionType.EarlyData))
            TlsError.ThrowIllegalParameter("The second ClientHello offers early data (RFC 9846 §4.2.2).");
        if (second.Extensions.Types.Contains(ExtensionType.Cookie))
            TlsError.ThrowIllegalParameter("The second ClientHello holds a cookie that was not sent (RFC 9846 §4.3.2).");
        if (second.Extensions.Types.Contains(ExtensionType.PreSharedKey) && !first.Extensions.Types.Contains(ExtensionType.PreSharedKey))
            TlsError.ThrowIllegalParameter("The second ClientHello offers a pre-shared key, which the first did not (RFC 9846 §4.2.2).");
        bool same = first.LegacyVersion == second.LegacyVersion
            && first.Random.SequenceEqual(second.Random)
            && first.SessionId.SequenceEqual(second.SessionId)
            && first.CipherSuites.Bytes.SequenceEqual(second.CipherSuites.Bytes);
        ExtensionBlock.Enumerator before = first.Extensions.GetEnumerator();
        ExtensionBlock.Enumerator after = second.Extensions.GetEnumerator();
        while (same)
        {
            bool more = MoveToFixed(ref before);
            if (more != MoveToFixed(ref after))
                same = false;
            else if (!more)
                return;
            else
                same = before.Current.Type == after.Current.Type && before.Current.Data.SequenceEqual(after.Current.Data);
        }

        TlsError.ThrowIllegalParameter("The second ClientHello differs from the first in more than RFC 9846 §4.2.2 allows.");
    }

    /// <summary>Copies the facts that a host may choose by.</summary>
    public static ClientHelloInfo Describe(ClientHello hello)
    {
        List<SslApplicationProtocol> protocols = [];
        if (hello.TryGetApplicationProtocols(out OpaqueList names))
        {
            foreach (ReadOnlySpan<byte> protocol in names)
            {
                if (protocols.Count == MaxDescribedProtocols)
                    break;
                protocols.Add(new SslApplicationProtocol(protocol.ToArray()));
            }
        }

        hello.TryGetSignatureAlgorithms(out CodePointList<SignatureScheme> schemes);
        hello.TryGetSupportedGroups(out CodePointList<NamedGroup> groups);
        bool namesTypes = hello.TryGetServerCertificateTypes(out ReadOnlySpan<CertificateType> types);
        return new ClientHelloInfo(
            hello.TryGetServerName(out ReadOnlySpan<byte> name) ? Encoding.ASCII.GetString(name) : null,
            protocols,
            ToArray(hello.CipherSuites, static suite => suite),
            ToArray(schemes, static scheme => (ushort)scheme),
            ToArray(groups, static group => (ushort)group))
        {
            AcceptsCertificates = !namesTypes || types.Contains(CertificateType.X509),
            AcceptsRawPublicKeys = namesTypes && types.Contains(CertificateType.RawPublicKey),
        };
    }

    /// <summary>What RFC 9846 §9.2 demands of every ClientHello; what it demands for certificates, <see cref="CertificateNegotiation"/> asks.</summary>
    private static void ThrowIfExtensionsAreMissing(ClientHello hello)
    {
        foreach (ExtensionType required in (ReadOnlySpan<ExtensionType>)
            [ExtensionType.SupportedGroups, ExtensionType.KeyShare])
        {
            if (!hello.Extensions.Types.Contains(required))
                TlsError.Throw(TlsAlert.MissingExtension, $"The ClientHello has no {required} extension (RFC 9846 §9.2).",
                    required == ExtensionType.KeyShare ? FailureReason.NoKeyShare : FailureReason.NoSharedGroup);
        }

        // Without the modes nothing says how the key would be used (§4.3.9), not even to a server that ignores it.
        if (hello.Extensions.Types.Contains(ExtensionType.PreSharedKey) && !hello.Extensions.Types.Contains(ExtensionType.PskKeyExchangeModes))
            TlsError.Throw(TlsAlert.MissingExtension, "The ClientHello offers pre_shared_key without psk_key_exchange_modes (RFC 9846 §4.3.9).");
    }

    private static CipherSuiteParameters SelectSuite(ClientHello hello, HybridTlsServerOptions options)
    {
        foreach (TlsCipherSuite id in options.CipherSuites)
        {
            if (hello.CipherSuites.Contains(id) && CipherSuiteParameters.Find((ushort)id) is { } suite)
                return suite;
        }

        throw TlsError.Create(TlsAlert.HandshakeFailure,
            "The peer offers none of our cipher suites: look at CipherSuites, and at what the peer enables for TLS 1.3.",
            reason: FailureReason.NoSharedCipherSuite);
    }

    private static SslApplicationProtocol SelectApplicationProtocol(ClientHello hello, HybridTlsServerOptions options)
    {
        if (options.ApplicationProtocols.Count == 0 || !hello.TryGetApplicationProtocols(out OpaqueList offered))
            return default;
        foreach (SslApplicationProtocol protocol in options.ApplicationProtocols)
        {
            if (offered.Contains(protocol.Protocol.Span))
                return protocol;
        }

        throw TlsError.Create(TlsAlert.NoApplicationProtocol,
            $"The peer offers none of our application protocols ({string.Join(", ", options.ApplicationProtocols)}): look at ApplicationProtocols.");
    }

    private static bool MoveToFixed(ref ExtensionBlock.Enumerator extensions)
    {
        while (extensions.MoveNext())
        {
            if (!MayDifferAfterRetry.Contains(extensions.Current.Type))
                return true;
        }

        return false;
    }

    private static TResult[] ToArray<T, TResult>(CodePointList<T> list, Func<T, TResult> select)
        where T : unmanaged, Enum
    {
        TResult[] array = new TResult[list.Count];
        for (int i = 0; i < array.Length; i++)
            array[i] = select(list[i]);
        return array;
    }
}

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
    public static ServerNegotiation Negotiate(in ClientHello hello, HybridTlsServerOptions options)
    {
        ThrowIfExtensionsAreMissing(hello);
        if (!hello.KeyShares.AreAllIn(hello.SupportedGroups))
            TlsError.Throw(FailureReason.KeyShareOutsideGroups); // HT-NEG-4
        CipherSuiteParameters suite = SelectSuite(hello, options);
        if (!hello.SupportedGroups.Contains(NamedGroup.X25519MLKem768))
            TlsError.Throw(FailureReason.NoSharedGroup); // HT-NEG-3

        return new ServerNegotiation
        {
            Suite = suite,
            HasKeyShare = hello.KeyShares.TryFind(NamedGroup.X25519MLKem768, out _),
            ApplicationProtocol = SelectApplicationProtocol(hello, options),
            ServerName = DescribeName(hello.ServerName),
            AnswersServerCertificateType = hello.Has(ExtensionType.ServerCertificateType),
            PeerRecordSizeLimit = hello.RecordSizeLimit,
            IssuesTickets = options.AllowTlsResume && TicketOffer.AcceptsTickets(hello), // HT-RES-11
            RequestedTickets = hello.TicketRequest,
        };
    }

    /// <summary>Refuses a client that does not speak TLS 1.3.</summary>
    public static void ThrowUnlessTls13(in ClientHello hello)
    {
        if (!hello.OffersTls13)
            TlsError.Throw(FailureReason.NoTls13); // HT-NEG-1
    }

    /// <summary>Refuses a second ClientHello that differs from the first in what it may not change (RFC 9846 §4.2.2).</summary>
    public static void ThrowUnlessRepeated(in ClientHello first, in ClientHello second)
    {
        if (second.KeyShares.Count != 1 || !second.KeyShares.TryFind(NamedGroup.X25519MLKem768, out _))
        {
            TlsError.Throw(second.KeyShares.Count == 0 ? FailureReason.SecondHelloWithoutShare : FailureReason.SecondHelloShare);
        }

        if (second.Has(ExtensionType.EarlyData))
            TlsError.Throw(FailureReason.SecondHelloEarlyData);
        if (second.Has(ExtensionType.Cookie))
            TlsError.Throw(FailureReason.SecondHelloCookie);
        if (second.Has(ExtensionType.PreSharedKey) && !first.Has(ExtensionType.PreSharedKey))
            TlsError.Throw(FailureReason.SecondHelloPreSharedKey);
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

        TlsError.Throw(FailureReason.SecondHelloDiffers); // HT-HRR-3
    }

    /// <summary>Copies the facts that a host may choose by.</summary>
    public static ClientHelloInfo Describe(in ClientHello hello)
    {
        List<SslApplicationProtocol> protocols = [];
        foreach (ReadOnlySpan<byte> protocol in hello.ApplicationProtocols)
        {
            if (protocols.Count == MaxDescribedProtocols)
                break;
            protocols.Add(new SslApplicationProtocol(protocol.ToArray()));
        }

        return new ClientHelloInfo
        {
            ServerName = DescribeName(hello.ServerName),
            ApplicationProtocols = protocols,
            CipherSuites = ToArray(hello.CipherSuites, static suite => suite),
            SignatureSchemes = ToArray(hello.SignatureAlgorithms, static scheme => (ushort)scheme),
            SupportedGroups = ToArray(hello.SupportedGroups, static group => (ushort)group),
            AcceptsCertificates = hello.AcceptsServerCertificateType(CertificateType.X509),
            AcceptsRawPublicKeys = hello.AcceptsServerCertificateType(CertificateType.RawPublicKey),
        };
    }

    /// <summary>What RFC 9846 §9.2 demands of every ClientHello; what it demands for certificates, <see cref="CertificateNegotiation"/> asks.</summary>
    private static void ThrowIfExtensionsAreMissing(in ClientHello hello)
    {
        foreach (ExtensionType required in (ReadOnlySpan<ExtensionType>)
            [ExtensionType.SupportedGroups, ExtensionType.KeyShare])
        {
            if (!hello.Has(required)) // HT-NEG-2
                TlsError.Throw(required == ExtensionType.KeyShare ? FailureReason.NoKeyShare : FailureReason.NoSupportedGroups, "The ClientHello");
        }

        // Without the modes nothing says how the key would be used (§4.3.9), not even to a server that ignores it.
        if (hello.Has(ExtensionType.PreSharedKey) && !hello.Has(ExtensionType.PskKeyExchangeModes))
            TlsError.Throw(FailureReason.NoPskModes);
    }

    private static CipherSuiteParameters SelectSuite(in ClientHello hello, HybridTlsServerOptions options)
    {
        foreach (TlsCipherSuite id in options.CipherSuites)
        {
            if (hello.CipherSuites.Contains(id) && CipherSuiteParameters.Find((ushort)id) is { } suite)
                return suite;
        }

        throw TlsError.Create(FailureReason.NoSharedCipherSuite); // HT-NEG-6
    }

    private static SslApplicationProtocol SelectApplicationProtocol(in ClientHello hello, HybridTlsServerOptions options)
    {
        if (options.ApplicationProtocols.Count == 0 || hello.ApplicationProtocols.Count == 0)
            return default;
        foreach (SslApplicationProtocol protocol in options.ApplicationProtocols)
        {
            if (hello.ApplicationProtocols.Contains(protocol.Protocol.Span))
                return protocol;
        }

        throw TlsError.Create(FailureReason.NoSharedApplicationProtocol, string.Join(", ", options.ApplicationProtocols)); // HT-NEG-7
    }

    private static string? DescribeName(ReadOnlySpan<byte> name) => name.IsEmpty ? null : Encoding.ASCII.GetString(name);

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

using HybridTls.Messages;

namespace HybridTls.Tests.Handshake;

/// <summary>The legal transitions of both sides (RFC 9846 appendix A), pinned: what is not here must be refused.</summary>
internal static class StateTable
{
    /// <summary>Every state, what may come in it, and every state in which that may end. A state without a row accepts nothing.</summary>
    public static IReadOnlyList<Transition> Transitions { get; } =
    [
        .. Rows(PeerRole.Client,
            ("Start", "host: Start", "AwaitServerHello"),
            ("AwaitServerHello", "ServerHello", "AwaitServerHelloAfterRetry, AwaitEncryptedExtensions"),
            ("AwaitServerHelloAfterRetry", "ServerHello", "AwaitEncryptedExtensions"),
            ("AwaitEncryptedExtensions", "EncryptedExtensions", "AwaitCertificateOrRequest, AwaitVerdict, AwaitFinished"),
            ("AwaitCertificateOrRequest", "CertificateRequest", "AwaitCertificate"),
            ("AwaitCertificateOrRequest", "Certificate", "AwaitCertificateVerify"),
            ("AwaitCertificateOrRequest", "CompressedCertificate", "AwaitCertificateVerify"),
            ("AwaitCertificate", "Certificate", "AwaitCertificateVerify"),
            ("AwaitCertificate", "CompressedCertificate", "AwaitCertificateVerify"),
            ("AwaitCertificateVerify", "CertificateVerify", "AwaitVerdict, AwaitFinished"),
            ("AwaitVerdict", "host: JudgePeer", "AwaitFinished"),
            ("AwaitFinished", "Finished", "AwaitSignature, Established"),
            ("AwaitSignature", "host: Sign", "Established"),
            ("Established", "NewSessionTicket", "Established"),
            ("Established", "KeyUpdate", "Established")),
        .. Rows(PeerRole.Server,
            ("AwaitClientHello", "ClientHello", "AwaitOptions, AwaitSecondClientHello, AwaitSignature, AwaitCertificate, AwaitFinished"),
            ("AwaitOptions", "host: SelectOptions", "AwaitSecondClientHello, AwaitSignature, AwaitCertificate, AwaitFinished"),
            ("AwaitSecondClientHello", "ClientHello", "AwaitSignature, AwaitCertificate, AwaitFinished"),
            ("AwaitSignature", "host: Sign", "AwaitCertificate, AwaitFinished"),
            ("AwaitCertificate", "Certificate", "AwaitCertificateVerify, AwaitFinished"),
            ("AwaitCertificate", "CompressedCertificate", "AwaitCertificateVerify"),
            ("AwaitCertificateVerify", "CertificateVerify", "AwaitVerdict, AwaitFinished"),
            ("AwaitVerdict", "host: JudgePeer", "AwaitFinished, Established"),
            ("AwaitFinished", "Finished", "AwaitVerdict, Established"),
            ("Established", "KeyUpdate", "Established")),
    ];

    /// <summary>The message types that a side takes in a state.</summary>
    public static HashSet<HandshakeType> LegalIn(PeerRole side, string state) =>
        [.. Transitions.Where(row => row.Side == side && row.State == state && !row.Event.StartsWith("host:", StringComparison.Ordinal))
            .Select(static row => Enum.Parse<HandshakeType>(row.Event))];

    private static IEnumerable<Transition> Rows(PeerRole side, params (string State, string Event, string Next)[] rows) =>
        rows.SelectMany(row => row.Next.Split(", ").Select(next => new Transition(side, row.State, row.Event, next)));
}

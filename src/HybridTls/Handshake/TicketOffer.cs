using HybridTls.Certificates;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <summary>What a server finds in the tickets that a client offers (RFC 9846 §4.3.11): a session to resume, or why there is none.</summary>
internal sealed class TicketOffer
{
    /// <summary>How many of the offered identities are looked at: each may cost a decryption.</summary>
    public const int MaxIdentities = 4;

    private TicketOffer(string refusal) => Refusal = refusal;

    private TicketOffer(ServerSession session, int identity, PeerEvaluation? peer)
    {
        Session = session;
        Identity = identity;
        Peer = peer;
    }

    /// <summary>Whether a session can be resumed, if the binder verifies.</summary>
    public bool IsAcceptable => Refusal is null;

    /// <summary>The session to resume; null for none. Whoever opened the offer disposes it.</summary>
    public ServerSession? Session { get; }

    /// <summary>The index of the identity.</summary>
    public int Identity { get; }

    /// <summary>Today's judgement of the client that the session names; null if it did not authenticate.</summary>
    public PeerEvaluation? Peer { get; }

    /// <summary>Why nothing is resumed; null if something is.</summary>
    public string? Refusal { get; }

    /// <summary>Whether the client offers tickets in the only mode that is used here: with a key agreement.</summary>
    public static bool IsIn(in ClientHello hello) =>
        hello.Has(ExtensionType.PreSharedKey) && AcceptsTickets(hello);

    /// <summary>Whether the client can use tickets at all (§4.3.9).</summary>
    public static bool AcceptsTickets(in ClientHello hello) =>
        hello.PskKeyExchangeModes.Contains(PskKeyExchangeMode.PskWithKeyAgreement); // HT-RES-9

    /// <summary>Opens the first ticket that can be resumed under today's options.</summary>
    public static TicketOffer Open(in ClientHello hello, ServerNegotiation negotiated, HybridTlsServerOptions options)
    {
        ITicketProtector protector = options.EffectiveTicketProtector;
        string refusal = "none of the first tickets is ours, or their keys are gone";
        int index = 0;
        foreach (PskIdentity identity in hello.PreSharedKeys.Identities)
        {
            if (index == MaxIdentities) // HT-RES-18
                break;
            if (protector.Unprotect(identity.Identity) is { } opened && ServerSession.Parse(opened) is { } session)
            {
                PeerEvaluation? peer = null;
                string? reason = "the session could not be judged";
                try
                {
                    reason = Judge(session, identity.ObfuscatedTicketAge, hello, negotiated, options) ?? JudgePeer(session, options, out peer);
                    if (reason is null)
                        return new TicketOffer(session, index, peer);
                    refusal = reason;
                }
                finally
                {
                    if (reason is not null)
                        session.Dispose();
                }
            }

            index++;
        }

        return new TicketOffer(refusal);
    }

    private static string? Judge(
        ServerSession session, uint obfuscatedAge, in ClientHello hello, ServerNegotiation negotiated, HybridTlsServerOptions options)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        if (!session.Times.IsValidAt(now)) // HT-RES-5
            return "the ticket has expired";
        if (session.Suite.Hash != negotiated.Suite.Hash)
            return "the session has a cipher suite with another hash";
        if (!session.Binding.AsSpan().SequenceEqual(SessionBinding.ForServer(options, negotiated.ServerName, negotiated.ApplicationProtocol))) // HT-RES-14
            return "the session began under another name, application protocol, credential or client authentication";
        if (!hello.AcceptsServerCertificateType(HandshakeMachine.CertificateTypeOf(options.Credential!)))
            return "the client no longer accepts a server that presents its key as in the session (certificate or raw public key)";
        if (!session.Times.IsPlausibleAge(obfuscatedAge, now)) // HT-RES-6
            return "the client counts another age of the ticket than we do";
        return null;
    }

    /// <summary>Judges the client by its certificate again: it may have expired since, and the anchors' issuers may have changed.</summary>
    private static string? JudgePeer(ServerSession session, HybridTlsServerOptions options, out PeerEvaluation? peer)
    {
        peer = null;
        if (session.PeerCertificates.Count == 0)
            return options.ClientCertificateMode == ClientAuthenticationMode.RequireCertificate ? "the client did not authenticate in the session" : null;
        if (options.ClientCertificateMode == ClientAuthenticationMode.NoCertificate)
            return "the client authenticated in the session, which is not asked for now";
        peer = options.PeerValidation!.Evaluate(new PeerValidationRequest
        {
            Peer = PeerRole.Client,
            IsRawPublicKey = session.PeerUsedRawPublicKey,
            Certificates = session.PeerCertificates,
            TimeProvider = options.TimeProvider,
        });
        return peer.Failure?.Message;
    }
}

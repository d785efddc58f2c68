namespace HybridTls.Handshake;

/// <summary>What a server answers a client with: from the ClientHello on, and until the handshake is complete.</summary>
/// <param name="terms">What full handshake and resumption have in common.</param>
internal sealed class ServerAnswer(ServerNegotiation terms)
{
    /// <summary>What full handshake and resumption have in common.</summary>
    public ServerNegotiation Terms => terms;

    /// <summary>What a handshake by certificate needs; null in a resumption, or until it is certain that there is none.</summary>
    public CertificateNegotiation? Certificates { get; set; }

    /// <summary>What became of the client's tickets; null if it offered none.</summary>
    public TicketOffer? Offer { get; set; }

    /// <summary>Whether a HelloRetryRequest was sent.</summary>
    public bool Retried { get; set; }

    /// <summary>Whether a session is being resumed: a ticket was accepted; that its binder does not verify would have ended the handshake.</summary>
    public bool IsResuming => Offer is { IsAcceptable: true };
}

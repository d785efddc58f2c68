using HybridTls.Handshake;

namespace HybridTls.Transport;

/// <summary>What a handshake needs of the transport, be it a stream or a pair of pipes.</summary>
internal interface IHandshakeTransport
{
    /// <summary>Whether something was written that <see cref="FlushAsync"/> has not sent.</summary>
    bool HasOutput { get; }

    /// <summary>Gives the core what has come so far; what it does not use stays.</summary>
    void Process(HandshakeMachine machine);

    /// <summary>Waits until more has come.</summary>
    /// <exception cref="HybridTlsException">The transport ended.</exception>
    ValueTask ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Sends what the core has written, if anything.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

using System.Net;
using HybridTls.Transport;

namespace HybridTls.Connections;

/// <summary>One handshake under way: its deadline, which comes at once when it is given up for others.</summary>
internal sealed class HandshakeTicket(HandshakeGate gate, TimeSpan limit, TimeProvider timeProvider) : IWorkGate, IDisposable
{
    private readonly CancellationTokenSource _deadline = new(limit, timeProvider);

    /// <summary>Ends the handshake: it took too long, or was given up.</summary>
    public CancellationToken Deadline => _deadline.Token;

    /// <inheritdoc/>
    public bool IsEvicted { get; private set; }

    /// <summary>Its place among all that are under way, and among those of its address; the owner's.</summary>
    public LinkedListNode<HandshakeTicket>? Place { get; set; }

    /// <summary>Its place among those of its address; null if those are not counted.</summary>
    public LinkedListNode<HandshakeTicket>? PlaceOfAddress { get; set; }

    /// <summary>The peer's address, as far as those are counted.</summary>
    public IPAddress? Address { get; set; }

    /// <inheritdoc/>
    public ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) => gate.EnterAsync(cancellationToken);

    /// <summary>Gives the handshake up.</summary>
    public void Evict()
    {
        IsEvicted = true;
        try
        {
            // Elsewhere: what it ends must not cost the newcomer its time.
            _ = _deadline.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>The handshake has ended.</summary>
    public void Dispose()
    {
        gate.End(this);
        _deadline.Dispose();
    }
}

using System.IO.Pipelines;

namespace HybridTls.Transport;

/// <summary>
/// <see cref="PipeReader.CancelPendingRead"/> of the plaintext side, which has to reach a read that waits for the transport: what was asked
/// of us, whether a read waits, and whether the transport was asked and has not answered yet.
/// </summary>
internal sealed class ReadCancellation(PipeReader transport)
{
    private int _requested;
    private int _asked;
    private bool _isWaiting;

    /// <summary>Whether a read is to end as cancelled.</summary>
    public bool IsRequested => Volatile.Read(ref _requested) != 0;

    /// <summary>Asks for it, from any thread.</summary>
    public void Request()
    {
        Interlocked.Exchange(ref _requested, 1);
        if (Volatile.Read(ref _isWaiting))
            AskTransport();
    }

    /// <summary>Ends a read that waits, for a reason that it will find by itself.</summary>
    public void Interrupt()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting))
            AskTransport();
    }

    /// <summary>A read ends as cancelled, if that was asked for.</summary>
    public bool Take() => IsRequested && Interlocked.Exchange(ref _requested, 0) != 0;

    /// <summary>A read begins to wait for the transport.</summary>
    public void BeginWait()
    {
        Volatile.Write(ref _isWaiting, true);
        Interlocked.MemoryBarrier();
        // Asked for before the transport could be told.
        if (IsRequested)
            AskTransport();
    }

    /// <summary>The wait is over.</summary>
    public void EndWait() => Volatile.Write(ref _isWaiting, false);

    /// <summary>The transport's read was cancelled; if not by us, it is the user's to judge.</summary>
    public void TransportCancelled()
    {
        if (Interlocked.Exchange(ref _asked, 0) == 0)
            Interlocked.Exchange(ref _requested, 1);
    }

    private void AskTransport()
    {
        // Once only until the transport has answered: a second one would come back as somebody else's.
        if (Interlocked.Exchange(ref _asked, 1) == 0)
            transport.CancelPendingRead();
    }
}

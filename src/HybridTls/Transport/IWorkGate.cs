namespace HybridTls.Transport;

/// <summary>Who says when the expensive part of a server's handshake may run, and whether it is still wanted.</summary>
internal interface IWorkGate
{
    /// <summary>Whether the handshake was given up to make room for others.</summary>
    bool IsEvicted { get; }

    /// <summary>Waits for a place, which is given back as soon as the server's flight is written: nothing is awaited meanwhile.</summary>
    /// <returns>The place; null where there is no limit.</returns>
    /// <exception cref="HybridTlsException">Too many are waiting already (internal_error).</exception>
    ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken);
}

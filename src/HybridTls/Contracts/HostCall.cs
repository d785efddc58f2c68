namespace HybridTls;

/// <summary>How long the host's code is waited for: no longer than the handshake may take, whether it watches its token or not.</summary>
internal static class HostCall
{
    /// <summary>
    /// Waits for what a callback answers until <paramref name="cancellationToken"/> says stop; what it answers, or throws, after that is
    /// dropped.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static async ValueTask<T> BoundAsync<T>(ValueTask<T> call, CancellationToken cancellationToken) // HT-SHELL-13
    {
        if (call.IsCompleted)
            return await call.ConfigureAwait(false);
        Task<T> task = call.AsTask();
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for it any more: what it throws is nobody's.
            _ = task.ContinueWith(
                static left => left.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }
}

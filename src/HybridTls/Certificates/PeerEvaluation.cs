using HybridTls.Transport;

namespace HybridTls.Certificates;

/// <summary>What the built-in checks found of a peer; a callback's judgement may still be pending.</summary>
internal sealed class PeerEvaluation
{
    private readonly Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>>? _callback;

    /// <summary>An evaluation that is settled (<paramref name="callback"/> null) or waits for a callback.</summary>
    public PeerEvaluation(
        VerificationKey? key,
        ValidationFailure? failure,
        PeerValidationContext? context = null,
        Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>>? callback = null)
    {
        Key = key;
        Failure = failure;
        Context = context;
        _callback = callback;
    }

    /// <summary>The peer's key, to verify CertificateVerify with; null when refused.</summary>
    public VerificationKey? Key { get; }

    /// <summary>Why the built-in checks refuse the peer; null when they do not.</summary>
    public ValidationFailure? Failure { get; }

    /// <summary>What the callback will see; null without one.</summary>
    public PeerValidationContext? Context { get; }

    /// <summary>Whether <see cref="DecideAsync"/> must be awaited before the peer counts as accepted.</summary>
    public bool IsPending => Failure is null && _callback is not null;

    /// <summary>Throws what the built-in checks found; does nothing when they accept.</summary>
    /// <exception cref="HybridTlsException">The peer is refused.</exception>
    public void ThrowIfRefused()
    {
        if (Failure is not null)
            throw Failure.ToException();
    }

    /// <summary>Asks the callback; done at once without one. The shell awaits this, then tells the core.</summary>
    /// <exception cref="HybridTlsException">The peer is refused, or the callback failed.</exception>
    public async ValueTask DecideAsync(CancellationToken cancellationToken)
    {
        ThrowIfRefused();
        if (_callback is null)
            return;
        PeerVerdict verdict;
        try
        {
            verdict = await HostCall.BoundAsync(_callback(Context!, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the user's code throws means that the peer is not accepted.
        catch (Exception exception)
        {
            throw TlsError.CreateFrom(exception, FailureReason.ValidationCallbackFailed, exception.Message);
        }
#pragma warning restore CA1031
        if (!verdict.IsAccepted)
            throw TlsError.CreateWith(verdict.Alert, FailureReason.RefusedByCallback, verdict.Reason);
    }
}

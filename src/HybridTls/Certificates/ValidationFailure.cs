namespace HybridTls.Certificates;

/// <summary>Why a peer's certificate or key is refused: the alert for the peer, the words for the operator.</summary>
internal sealed record ValidationFailure(FailureReason Reason, TlsAlert Alert, string Message)
{
    /// <summary>The failure of a reason.</summary>
    public static ValidationFailure Of(FailureReason reason, params ReadOnlySpan<object?> arguments)
    {
        Refusal refusal = Refusals.Of(reason);
        return new ValidationFailure(reason, refusal.Alert, refusal.Describe(arguments));
    }

    /// <summary>The failure that a parser threw.</summary>
    public static ValidationFailure Of(HybridTlsException exception) => new(exception.Reason, exception.Alert!.Value, exception.Message);

    /// <summary>The exception that ends the connection.</summary>
    public HybridTlsException ToException() => new(HybridTlsFailure.AlertSent, Alert, Message, reason: Reason);
}

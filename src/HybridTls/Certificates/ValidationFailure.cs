namespace HybridTls.Certificates;

/// <summary>Why a peer's certificate or key is refused: the alert for the peer, the words for the operator.</summary>
internal sealed record ValidationFailure(TlsAlert Alert, string Message, FailureReason Reason = FailureReason.None);

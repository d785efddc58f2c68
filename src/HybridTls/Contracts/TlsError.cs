using System.Diagnostics.CodeAnalysis;

namespace HybridTls;

/// <summary>The failures of connections: what we refuse (<see cref="Refusals"/>), what the peer tells us, and what the transport does.</summary>
internal static class TlsError
{
    /// <summary>Creates the failure of a reason, with its alert for the peer and its text for the operator.</summary>
    /// <param name="reason">The reason: a line of <see cref="Refusals"/>.</param>
    /// <param name="arguments">What its text asks for.</param>
    public static HybridTlsException Create(FailureReason reason, params ReadOnlySpan<object?> arguments)
    {
        Refusal refusal = Refusals.Of(reason);
        return new(HybridTlsFailure.AlertSent, refusal.Alert, refusal.Describe(arguments), reason: reason);
    }

    /// <summary>As <see cref="Create"/>, with what it comes from as the inner exception.</summary>
    public static HybridTlsException CreateFrom(Exception innerException, FailureReason reason, params ReadOnlySpan<object?> arguments)
    {
        Refusal refusal = Refusals.Of(reason);
        return new(HybridTlsFailure.AlertSent, refusal.Alert, refusal.Describe(arguments), innerException, reason);
    }

    /// <summary>As <see cref="Create"/>, with an alert that the host chose.</summary>
    public static HybridTlsException CreateWith(TlsAlert alert, FailureReason reason, params ReadOnlySpan<object?> arguments) =>
        new(HybridTlsFailure.AlertSent, alert, Refusals.Of(reason).Describe(arguments), reason: reason);

    /// <summary>Throws the failure of a reason.</summary>
    [DoesNotReturn]
    public static void Throw(FailureReason reason, params ReadOnlySpan<object?> arguments) => throw Create(reason, arguments);

    /// <summary>Creates the failure that the peer reported with <paramref name="alert"/>.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="ownCertificate">What we know of our own certificate, for alerts that concern it; null for nothing.</param>
    public static HybridTlsException Received(TlsAlert alert, string? ownCertificate = null)
    {
        string hint = ownCertificate is not null && ConcernsCertificate(alert) ? ": " + ownCertificate : Explain(alert);
        return new(HybridTlsFailure.AlertReceived, alert, $"The peer ended the connection with the alert {alert} ({(byte)alert}){hint}.");
    }

    /// <summary>Creates the failure of a transport that ended without close_notify (RFC 9846 §6.1).</summary>
    public static HybridTlsException Truncated(IOException? innerException = null) =>
        new(HybridTlsFailure.Truncated, null,
            "The connection ended without close_notify: what was read may be incomplete." + (innerException is null ? "" : " " + innerException.Message), innerException);

    /// <summary>Creates the failure of a transport that ended before the handshake did.</summary>
    public static HybridTlsException HandshakeCut(IOException? innerException = null) =>
        new(HybridTlsFailure.Truncated, null,
            "The peer, or something on the way to it, closed the connection during the handshake, without an alert that would say why: look at "
                + "the peer's log." + (innerException is null ? "" : " " + innerException.Message), innerException);

    /// <summary>Creates the failure of a transport that took no more.</summary>
    public static HybridTlsException NotSent(Exception innerException) =>
        new(HybridTlsFailure.Truncated, null,
            "The transport failed while sending: what was written may not have arrived. " + innerException.Message, innerException);

    /// <summary>Creates the failure of all writes after one that was cancelled under way.</summary>
    public static HybridTlsException WriteCancelled(OperationCanceledException innerException) =>
        new(HybridTlsFailure.Truncated, null,
            "An earlier write was cancelled: part of a record may have been sent, so nothing more can be.", innerException);

    /// <summary>Creates the failure of a handshake that took too long.</summary>
    public static HybridTlsException TimedOut(TimeSpan limit) =>
        new(HybridTlsFailure.TimedOut, null, $"The handshake was not complete after {limit.TotalSeconds:0.###} s (HandshakeTimeout): the peer stalls, or is too far away.");

    private static bool ConcernsCertificate(TlsAlert alert) => alert is TlsAlert.CertificateRequired or TlsAlert.BadCertificate
        or TlsAlert.UnsupportedCertificate or TlsAlert.CertificateRevoked or TlsAlert.CertificateUnknown;

    /// <summary>What an operator should look at; empty where the alert says it all.</summary>
    private static string Explain(TlsAlert alert) => alert switch
    {
        TlsAlert.HandshakeFailure =>
            ": there is no common ground. The peer must support TLS 1.3 with X25519MLKEM768 and one of our CipherSuites, and have a certificate with an ML-DSA-65 key",
        TlsAlert.ProtocolVersion => ": it speaks no TLS 1.3, or does not enable it",
        TlsAlert.NoApplicationProtocol => ": it has none of our ApplicationProtocols",
        TlsAlert.CertificateRequired => ": it wants a certificate of us, set Credential",
        TlsAlert.UnknownCa => ": it does not trust the issuer of our certificate. Give it our root, or let Credential send the whole chain",
        TlsAlert.CertificateExpired => ": our certificate (Credential) is outside its validity period, or one of the clocks is wrong",
        TlsAlert.BadCertificate or TlsAlert.UnsupportedCertificate or TlsAlert.CertificateRevoked or TlsAlert.CertificateUnknown =>
            ": it refuses our certificate (Credential)",
        TlsAlert.UnrecognizedName => ": it knows no such ServerName",
        TlsAlert.InternalError => ": it has a fault of its own, or is overloaded. Look at its log, or try again",
        _ => "",
    };
}

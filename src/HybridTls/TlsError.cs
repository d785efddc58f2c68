using System.Diagnostics.CodeAnalysis;

namespace HybridTls;

/// <summary>Every way in which the core refuses a peer: a message for the operator and the alert for the peer (RFC 9846 §6.2).</summary>
internal static class TlsError
{
    /// <summary>Creates the failure that is reported to the peer with <paramref name="alert"/>.</summary>
    public static HybridTlsException Create(TlsAlert alert, string message, Exception? innerException = null) =>
        new(HybridTlsFailure.AlertSent, alert, message, innerException);

    /// <summary>Creates the failure that the peer reported with <paramref name="alert"/>.</summary>
    public static HybridTlsException Received(TlsAlert alert) =>
        new(HybridTlsFailure.AlertReceived, alert, $"The peer ended the connection with the alert {alert} ({(byte)alert}).");

    /// <summary>Creates the failure of a transport that ended without close_notify (RFC 9846 §6.1).</summary>
    public static HybridTlsException Truncated() =>
        new(HybridTlsFailure.Truncated, null, "The connection ended without close_notify: what was read may be incomplete.");

    /// <summary>Creates the failure of a handshake that took too long.</summary>
    public static HybridTlsException TimedOut(TimeSpan limit) =>
        new(HybridTlsFailure.TimedOut, null, $"The handshake was not complete after {limit.TotalSeconds:0.###} s (HandshakeTimeout): the peer stalls, or is too far away.");

    /// <summary>Throws the failure that is reported to the peer with <paramref name="alert"/>.</summary>
    [DoesNotReturn]
    public static void Throw(TlsAlert alert, string message) => throw Create(alert, message);

    /// <summary>Throws decode_error: the bytes are not a message.</summary>
    [DoesNotReturn]
    public static void ThrowDecodeError(string message) => throw Create(TlsAlert.DecodeError, message);

    /// <summary>Throws illegal_parameter: a field is out of range or contradicts another.</summary>
    [DoesNotReturn]
    public static void ThrowIllegalParameter(string message) => throw Create(TlsAlert.IllegalParameter, message);
}

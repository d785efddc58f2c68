using System.Net.Security;

namespace HybridTls.AspNetCore;

/// <summary>The names that metrics, activities and logs use: those of the standards and of OpenTelemetry's conventions.</summary>
internal static class TlsNames
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Source = "HybridTls";

    public const string Role = "role";
    public const string Resumed = "resumed";
    public const string Group = "tls.group";
    public const string ErrorType = "error.type";
    public const string Alert = "alert";
    public const string Direction = "direction";
    public const string ProtocolVersion = "tls.protocol.version";
    public const string Cipher = "tls.cipher";

    /// <summary>The value of <see cref="ProtocolVersion"/>.</summary>
    public const string Tls13 = "1.3";

    /// <summary>What <paramref name="peer"/> makes us.</summary>
    public static string RoleFacing(PeerRole peer) => peer == PeerRole.Client ? "server" : "client";

    /// <summary>The group's name as in the IANA registry.</summary>
    public static string Of(NamedGroup group) => group == NamedGroup.X25519MLKem768 ? "X25519MLKEM768" : $"0x{(ushort)group:X4}";

    /// <summary>The suite's name as in the IANA registry.</summary>
    public static string Of(TlsCipherSuite suite) => suite.ToString();

    /// <summary>The scheme's name as in the IANA registry.</summary>
    public static string Of(SignatureScheme scheme) => scheme == SignatureScheme.MLDsa65 ? "mldsa65" : $"0x{(ushort)scheme:X4}";

    /// <summary>The value of <see cref="ErrorType"/>: a small set, as metrics want it.</summary>
    public static string Of(HandshakeFailureReason reason) => reason switch
    {
        HandshakeFailureReason.AlertSent => "alert_sent",
        HandshakeFailureReason.AlertReceived => "alert_received",
        HandshakeFailureReason.Truncated => "truncated",
        HandshakeFailureReason.TimedOut => "timed_out",
        HandshakeFailureReason.Refused => "refused",
        HandshakeFailureReason.Cancelled => "cancelled",
        _ => "internal",
    };

    /// <summary>The alert's name as in RFC 9846 §6; a number where a peer made one up.</summary>
    public static string Of(TlsAlert alert) => Enum.IsDefined(alert)
        ? System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(alert.ToString())
        : ((byte)alert).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

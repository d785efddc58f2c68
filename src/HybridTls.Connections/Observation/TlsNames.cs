using System.Net;
using System.Net.Security;

namespace HybridTls.Connections;

/// <summary>The names that metrics, activities and logs use: those of OpenTelemetry's conventions, where it has one. See docs/telemetry.md.</summary>
internal static class TlsNames
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Source = "HybridTls";

    public const string Role = "role";
    public const string Resumed = "tls.resumed";
    public const string Curve = "tls.curve";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ProtocolName = "tls.protocol.name";
    public const string ErrorType = "error.type";
    public const string Alert = "alert";
    public const string Direction = "direction";
    public const string Reason = "reason";
    public const string Path = "path";
    public const string ProtocolVersion = "tls.protocol.version";
    public const string Cipher = "tls.cipher";

    /// <summary>The value of <see cref="ProtocolName"/>.</summary>
    public const string Tls = "tls";

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

    /// <summary>What exactly we found wrong, as docs/refusals.md lists it.</summary>
    public static string Of(FailureReason reason) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());

    /// <summary>Why a connection got the fallback.</summary>
    public static string Of(FallbackReason reason) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());

    /// <summary>An endpoint's address or host name, and its port, as far as it has them.</summary>
    public static (string? Address, int? Port) Of(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint ip => (ip.Address.ToString(), ip.Port),
        DnsEndPoint dns => (dns.Host, dns.Port),
        null => (null, null),
        _ => (endPoint.ToString(), null),
    };

    /// <summary>The alert's name as in RFC 9846 §6; a number where a peer made one up.</summary>
    public static string Of(TlsAlert alert) => Enum.IsDefined(alert)
        ? System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(alert.ToString())
        : ((byte)alert).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

using System.Net.Sockets;

namespace HybridTls.Tool.Connections;

/// <summary>Failures of connections in the words of this tool's options.</summary>
internal static class ConnectionFailure
{
    /// <summary>A failed TCP connection.</summary>
    public static ToolException Of(SocketException exception, string target) => new(
        exception.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"Nothing listens at {target}: start the server there, or check the port.",
            SocketError.HostNotFound or SocketError.NoData => $"There is no host of that name: check the spelling of {target}.",
            SocketError.TryAgain => $"The name in {target} cannot be resolved now: check the network's name server.",
            SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
                $"{target} cannot be reached: check the address, the route and the firewall.",
            _ => $"There is no connection to {target}: {exception.Message}.",
        },
        exception);

    /// <summary>A failed handshake or connection, as the client sees it.</summary>
    public static ToolException Of(HybridTlsException exception, bool established)
    {
        string hint = exception.Failure switch
        {
            HybridTlsFailure.AlertSent => ForSent(exception),
            HybridTlsFailure.AlertReceived => ForReceived(exception.Alert),
            HybridTlsFailure.Truncated when !established =>
                "The server hung up during the handshake: check that it speaks TLS 1.3 with X25519MLKEM768.",
            _ => "",
        };
        return new ToolException($"{exception.Message} {hint}", exception);
    }

    // By the cause, as far as it has an option: one alert has many causes.
    private static string ForSent(HybridTlsException exception) => exception switch
    {
        { Alert: TlsAlert.UnknownCa } => "Name the server's root with --ca FILE, or its key with --pin HASH.",
        { Reason: FailureReason.ServerName } => "Here: --server-name NAME, or --pin HASH.",
        { Reason: FailureReason.KeyAlgorithm } => "The server's certificate must carry an ML-DSA-65 key.",
        _ => "",
    };

    private static string ForReceived(TlsAlert? alert) => alert switch
    {
        TlsAlert.CertificateRequired => "Add --cert FILE and --key FILE.",
        TlsAlert.UnknownCa or TlsAlert.BadCertificate or TlsAlert.CertificateUnknown or TlsAlert.CertificateExpired
            or TlsAlert.UnsupportedCertificate => "The server refuses the certificate of --cert: check what it trusts.",
        TlsAlert.NoApplicationProtocol => "Name one it has with --alpn.",
        TlsAlert.UnrecognizedName => "Name another with --server-name.",
        _ => "",
    };
}

namespace HybridTls.KeySchedule;

/// <summary>The NSS key log (SSLKEYLOGFILE): one line a secret, for analysing captured traffic. Only where the host asked for it.</summary>
/// <param name="clientRandom">The 32 bytes of the ClientHello's random.</param>
/// <param name="line">Receives each line without its line feed. It carries a secret.</param>
internal sealed class KeyLog(ReadOnlySpan<byte> clientRandom, Action<string> line)
{
    public const string ClientEarlyTraffic = "CLIENT_EARLY_TRAFFIC_SECRET";
    public const string ClientHandshakeTraffic = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    public const string ServerHandshakeTraffic = "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    public const string ClientApplicationTraffic = "CLIENT_TRAFFIC_SECRET_0";
    public const string ServerApplicationTraffic = "SERVER_TRAFFIC_SECRET_0";
    public const string Exporter = "EXPORTER_SECRET";

    private readonly string _clientRandom = Convert.ToHexStringLower(clientRandom);

    /// <summary>Writes one line: label, client random, secret; the latter two in lower-case hexadecimal.</summary>
    public void Write(string label, ReadOnlySpan<byte> secret) => line($"{label} {_clientRandom} {Convert.ToHexStringLower(secret)}");
}

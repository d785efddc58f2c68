using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Tool.Files;
using HybridTls.Tool.Speed;

namespace HybridTls.Tool.Connections;

/// <summary>
/// Lets the just-in-time compiler see a handshake before one is timed: the first in a process takes some 200 ms, of which the network
/// and the cryptography have hardly any.
/// </summary>
internal static class WarmUp
{
    private const int Handshakes = 40;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private static bool s_done;

    /// <summary>Runs handshakes in memory, once in a process.</summary>
    public static void Run()
    {
        if (s_done)
            return;
        s_done = true;
        using MLDsa key = KeyFile.Generate();
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["localhost"] });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        MemoryHandshake handshake = new(
            new HybridTlsServerOptions { Credential = credential },
            new HybridTlsClientOptions { ServerName = "localhost", PeerValidation = PeerValidation.TrustAnchors(certificate) });
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Handshakes && Stopwatch.GetElapsedTime(start) < Limit; i++)
            handshake.Run();
    }
}

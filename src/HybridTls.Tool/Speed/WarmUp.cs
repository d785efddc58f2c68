using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Issuing;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;
using HybridTls.Tool.Speed;

namespace HybridTls.Tool.Speed;

/// <summary>
/// Lets the just-in-time compiler see handshakes and a connection before one is timed: the first in a process takes some 250 ms, of
/// which the network and the cryptography have hardly any.
/// </summary>
internal static class WarmUp
{
    private const int Handshakes = 40;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private static bool _done;

    /// <summary>Runs handshakes in memory and one over loopback, once in a process.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_done)
            return;
        _done = true;
        using MLDsa key = KeyFile.Generate();
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["localhost"] });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        HybridTlsServerOptions server = new() { Credential = credential };
        HybridTlsClientOptions client = new() { TargetHost = "localhost", PeerValidation = PeerValidation.TrustAnchors(certificate) };
        MemoryHandshake handshake = new(server, client);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Handshakes && Stopwatch.GetElapsedTime(start) < Limit; i++)
            handshake.Run();
        try
        {
            await ConnectAsync(server, client, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // No loopback here: the times will be less exact, and nothing else.
        }
    }

    private static async Task ConnectAsync(
        HybridTlsServerOptions server, HybridTlsClientOptions client, CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await using HybridTlsStream ours = new(await ConnectedAsync(socket, listener, cancellationToken).ConfigureAwait(false));
        Socket accepted = await listener.AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
        await using HybridTlsStream theirs = new(new NetworkStream(accepted, ownsSocket: true));
        await Task.WhenAll(
            theirs.AuthenticateAsServerAsync(server, cancellationToken),
            ours.AuthenticateAsClientAsync(client, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task<TappedNetworkStream> ConnectedAsync(Socket socket, TcpListener listener, CancellationToken cancellationToken)
    {
        await socket.ConnectAsync("localhost", ((IPEndPoint)listener.LocalEndpoint).Port, cancellationToken).ConfigureAwait(false);
        return new TappedNetworkStream(socket, new FlightLog(TimeProvider.System), null);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>
/// Clients that vanish in the middle of a request: nothing is logged above what <c>UseHttps</c> logs then, and no application takes a
/// cut body for a whole one.
/// </summary>
public sealed class LostConnectionTests
{
    private const int Times = 4;

    public enum Ending
    {
        Fin,
        Reset,
        CloseNotify,
        BrokenRecord,
    }

    public static TheoryData<Ending, bool, bool> Cases =>
        new MatrixTheoryData<Ending, bool, bool>(Enum.GetValues<Ending>(), [false, true], [false, true]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_client_that_vanishes_is_no_fault_of_the_application(Ending ending, bool http2, bool isUpload)
    {
        if (ending == Ending.BrokenRecord && !http2 && !isUpload)
            return; // nobody reads
        LogLevel ours = await RunAsync(useHttps: false, ending, http2, isUpload);
        Assert.InRange(ours, LogLevel.Trace, LogLevel.Information);
        Assert.InRange(ours, LogLevel.Trace, await RunAsync(useHttps: true, ending, http2, isUpload));
    }

    /// <returns>The highest level that was logged.</returns>
    private static async Task<LogLevel> RunAsync(bool useHttps, Ending ending, bool http2, bool isUpload)
    {
        ConcurrentQueue<Exception?> seen = [];
        using SemaphoreSlim begun = new(0), ended = new(0);
        void Map(WebApplication app)
        {
            app.MapPost("/", async (HttpContext context) =>
            {
                byte[] buffer = new byte[1000];
                try
                {
                    await context.Request.Body.ReadExactlyAsync(buffer);
                    begun.Release();
                    while (await context.Request.Body.ReadAsync(buffer) != 0)
                    {
                    }

                    seen.Enqueue(null);
                }
                catch (Exception exception)
                {
                    seen.Enqueue(exception);
                    throw;
                }
                finally
                {
                    ended.Release();
                }
            });
            app.MapGet("/", async (HttpContext context) =>
            {
                begun.Release();
                CancellationToken aborted = context.RequestAborted;
                for (byte[] block = new byte[1 << 16]; !aborted.IsCancellationRequested;)
                    await context.Response.Body.WriteAsync(block);
                ended.Release();
            });
        }

        using X509Certificate2 certificate = NewClassicalCertificate();
        CollectedLogs logs;
        await using (WebHost host = useHttps
            ? await WebHost.StartWithAsync(Map, endpoint => endpoint.UseHttps(certificate))
            : await WebHost.StartAsync(Map))
        {
            logs = host.Logs;
            for (int i = 0; i < Times; i++)
            {
                using TcpClient tcp = new();
                await tcp.ConnectAsync(IPAddress.Loopback, host.Port, Token);
                NetworkStream transport = tcp.GetStream();
                await using Stream tls = await SecureAsync(transport, useHttps, http2);
                await tls.WriteAsync(NewRequest(http2, isUpload), Token);
                Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(10), Token));
                await VanishAsync(transport, tls, ending);
                Assert.True(await ended.WaitAsync(TimeSpan.FromSeconds(10), Token));
            }
        }

        Assert.All(seen, static exception => Assert.IsType<IOException>(exception, exactMatch: false));
        Assert.Equal(isUpload ? Times : 0, seen.Count);
        return logs.Lines.Max(static line => line.Level);
    }

    private static async Task<Stream> SecureAsync(NetworkStream transport, bool useHttps, bool http2)
    {
        SslApplicationProtocol protocol = http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11;
        if (useHttps)
        {
            SslStream theirs = new(transport);
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = "localhost",
                ApplicationProtocols = [protocol],
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
            };
            await theirs.AuthenticateAsClientAsync(options, Token);
            return theirs;
        }

        HybridTlsStream ours = new(transport);
        await ours.AuthenticateAsClientAsync(
            TestIdentities.UnnamedClientOptions(options => (options.TargetHost, options.ApplicationProtocols) = ("localhost", [protocol])), Token);
        return ours;
    }

    private static async Task VanishAsync(NetworkStream transport, Stream tls, Ending ending)
    {
        switch (ending)
        {
            case Ending.Fin:
                transport.Socket.Shutdown(SocketShutdown.Send);
                try
                {
                    await DrainAsync(transport);
                }
                catch (IOException)
                {
                    // The server may close it with a reset.
                }

                break;
            case Ending.Reset:
                transport.Socket.LingerState = new LingerOption(true, 0);
                transport.Socket.Close();
                break;
            case Ending.CloseNotify:
                await (tls is SslStream theirs ? theirs.ShutdownAsync() : ((HybridTlsStream)tls).ShutdownAsync());
                goto case Ending.Fin;
            case Ending.BrokenRecord:
                await transport.WriteAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]], Token);
                if (tls is not HybridTlsStream)
                    goto case Ending.Fin;

                // The alert arrives, although the server closes the connection.
                HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => DrainAsync(tls));
                Assert.Equal((HybridTlsFailure.AlertReceived, TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
                break;
        }
    }

    private static async Task DrainAsync(Stream stream)
    {
        byte[] dropped = new byte[1 << 16];
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        while (await stream.ReadAsync(dropped, limit.Token) != 0)
        {
        }
    }

    private static byte[] NewRequest(bool http2, bool isUpload)
    {
        if (!http2)
        {
            return isUpload
                ? [.. "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"u8, .. new byte[1000]]
                : [.. "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8];
        }

        // The preface, SETTINGS, HEADERS (which end the headers, and of a GET the stream), and DATA that do not end the stream.
        byte method = (byte)(isUpload ? 0x83 : 0x82);
        byte flags = (byte)(isUpload ? 4 : 5);
        byte[] head =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0,
            0, 0, 14, 1, flags, 0, 0, 0, 1, method, 0x87, 0x84, 0x41, 9, .. "localhost"u8,
        ];
        return isUpload ? [.. head, 0, 3, 232, 0, 0, 0, 0, 0, 1, .. new byte[1000]] : head;
    }

    private static X509Certificate2 NewClassicalCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

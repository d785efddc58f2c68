using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace HybridTls.Benchmarks;

/// <summary>Measures both endpoints in alternating rounds, so that what else the machine does hits both alike.</summary>
internal sealed class KestrelRun(KestrelEndpoints endpoints, double seconds)
{
    private const int Rounds = 20;
    private const int Connections = 4;

    private readonly HybridTlsClientOptions _hybrid = new()
    {
        TargetHost = "localhost",
        PeerValidation = PeerValidation.TrustAnchors(endpoints.Root),
        CipherSuites = [KestrelServer.Suite],
    };

    private static IReadOnlyList<KestrelCase> Cases { get; } =
    [
        new("HTTP/1.1, 1 KiB", false, KestrelServer.SmallPath, KestrelServer.SmallSize),
        new("HTTP/1.1, 1 MiB", false, KestrelServer.LargePath, KestrelServer.LargeSize),
        new("HTTP/2, 1 KiB", true, KestrelServer.SmallPath, KestrelServer.SmallSize),
        new("HTTP/2, 1 MiB", true, KestrelServer.LargePath, KestrelServer.LargeSize),
        new("handshakes", false, null, 0),
    ];

    /// <summary>Measures everything.</summary>
    /// <param name="filter">Which figures: a part of their names.</param>
    /// <param name="progress">Is told the share that is done.</param>
    public async Task<IReadOnlyList<KestrelResult>> MeasureAsync(string filter, Action<double> progress)
    {
        List<KestrelResult> results = [];
        KestrelCase[] cases = [.. Cases.Where(measured => measured.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))];
        foreach (KestrelCase measured in cases)
        {
            await MeasureAsync(measured, hybrid: true, Math.Max(1, seconds / Rounds)); // warm-up
            await MeasureAsync(measured, hybrid: false, Math.Max(1, seconds / Rounds));
            List<Sample> ours = [], theirs = [];
            for (int round = 0; round < Rounds; round++)
            {
                bool first = round % 2 == 0;
                (first ? ours : theirs).Add(await MeasureAsync(measured, hybrid: first, seconds / Rounds));
                (first ? theirs : ours).Add(await MeasureAsync(measured, hybrid: !first, seconds / Rounds));
                progress((results.Count + ((round + 1.0) / Rounds)) / cases.Length);
            }

            double[] ratios = [.. ours.Zip(theirs, static (our, their) => our.PerSecond / their.PerSecond).Order()];
            results.Add(new KestrelResult(
                measured.Name,
                measured.Size,
                Median(ours.Select(sample => sample.PerSecond)),
                Median(theirs.Select(sample => sample.PerSecond)),
                Median(ratios),
                ratios[ratios.Length / 4],
                ratios[ratios.Length * 3 / 4],
                Median(ours.Select(sample => sample.ServerMicroseconds)),
                Median(theirs.Select(sample => sample.ServerMicroseconds))));
        }

        return results;
    }

    private async Task<Sample> MeasureAsync(KestrelCase measured, bool hybrid, double duration)
    {
        List<KestrelHttpClient> clients = [];
        if (measured.Path is not null)
        {
            for (int i = 0; i < Connections; i++)
            {
                KestrelHttpClient client = new(await ConnectAsync(hybrid, measured.IsHttp2), measured.IsHttp2);
                await client.StartAsync();
                await client.GetAsync(measured.Path, measured.Size);
                clients.Add(client);
            }
        }

        TimeSpan processor = endpoints.ProcessorTime;
        Stopwatch clock = Stopwatch.StartNew();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(i => Task.Run(async () =>
        {
            int count = 0;
            for (; clock.Elapsed.TotalSeconds < duration; count++)
            {
                if (measured.Path is { } path)
                    await clients[i].GetAsync(path, measured.Size);
                else
                    await (await ConnectAsync(hybrid, isHttp2: false)).DisposeAsync();
            }

            return count;
        })));
        double elapsed = clock.Elapsed.TotalSeconds;
        processor = endpoints.ProcessorTime - processor;
        foreach (KestrelHttpClient client in clients)
            await client.DisposeAsync();
        return new Sample(counts.Sum() / elapsed, processor.TotalMicroseconds / counts.Sum());
    }

    private async Task<Stream> ConnectAsync(bool hybrid, bool isHttp2)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, hybrid ? endpoints.HybridPort : endpoints.HttpsPort);
        NetworkStream transport = new(socket, ownsSocket: true);
        List<SslApplicationProtocol> protocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
        if (hybrid)
        {
            HybridTlsStream ours = new(transport);
            await ours.AuthenticateAsClientAsync(new HybridTlsClientOptions(_hybrid) { ApplicationProtocols = [.. protocols] });
            return ours;
        }

        SslStream theirs = new(transport);
        await theirs.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = protocols,
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = KestrelServer.Policy,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && certificate.Equals(endpoints.Classical),
        });
        return theirs;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private sealed record KestrelCase(string Name, bool IsHttp2, string? Path, int Size);

    private readonly record struct Sample(double PerSecond, double ServerMicroseconds);
}

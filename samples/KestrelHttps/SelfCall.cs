using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using HybridTls;

namespace KestrelHttps;

/// <summary>The server's calls to itself: what they negotiate, and how long that takes.</summary>
internal static class SelfCall
{
    private const int Repetitions = 50;

    /// <summary>A fresh process compiles its code while it runs, the busiest parts twice: what it takes then says nothing of later.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static async Task RunAsync(int port, X509Certificate2 authority)
    {
        HybridTlsClientOptions options = new() { PeerValidation = PeerValidation.TrustAnchors(authority) };

        Console.WriteLine("Calling myself:");
        Uri https = new($"https://localhost:{port}/connection");
        HybridTlsClientOptions notResuming = new(options) { AllowTlsResume = false };
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            await CallAsync(options, https, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact, print: false);
            await CallAsync(notResuming, https, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower, print: false);
        }

        await CallAsync(notResuming, https, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower, print: true);
        await CallAsync(notResuming, https, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact, print: true);
        TimeSpan resumed = await MedianAsync(options, https);
        TimeSpan full = await MedianAsync(notResuming, https);
        Console.WriteLine(
            $"  handshake   {full.TotalMilliseconds:F1} ms, resumed {resumed.TotalMilliseconds:F1} ms " +
            $"(medians of {Repetitions} when the code is compiled, both sides in one process)");
        Console.WriteLine();
    }

    private static async Task<TimeSpan> MedianAsync(HybridTlsClientOptions options, Uri address)
    {
        List<TimeSpan> times = [];
        for (int i = 0; i < Repetitions; i++)
            times.Add(await CallAsync(options, address, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower, print: false));
        times.Sort();
        return times[Repetitions / 2];
    }

    /// <summary>Opens a connection of its own and fetches what protects it.</summary>
    /// <returns>How long the handshake took.</returns>
    private static async Task<TimeSpan> CallAsync(
        HybridTlsClientOptions options, Uri address, Version version, HttpVersionPolicy policy, bool print)
    {
        TimeSpan handshake = default;
        NegotiatedParameters? negotiated = null;
        using HybridTlsHttpHandler handler = new(options);
        handler.OnConnected = (_, parameters, duration) => (negotiated, handshake) = (parameters, duration);
        using HttpClient client = new(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = policy };
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await client.GetAsync(address);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsStringAsync();
        TimeSpan total = Stopwatch.GetElapsedTime(start);
        if (print)
        {
            Console.WriteLine(
                $"  HTTP/{response.Version}    {(int)response.StatusCode} in {total.TotalMilliseconds:F0} ms over {Names.Of(negotiated!.Group)} + " +
                $"{Names.Of(negotiated.SignatureScheme)}, {Names.Of(negotiated.CipherSuite)}, ALPN {negotiated.ApplicationProtocol}");
        }

        return handshake;
    }
}

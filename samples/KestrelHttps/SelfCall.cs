using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using HybridTls;

namespace KestrelHttps;

/// <summary>The server's calls to itself: what they negotiate, and how long that takes.</summary>
internal static class SelfCall
{
    private const int Repetitions = 20;

    public static async Task RunAsync(int port, X509Certificate2 authority)
    {
        HybridTlsClientOptions options = new() { PeerValidation = PeerValidation.TrustAnchors(authority) };

        Console.WriteLine("Calling myself:");
        Uri https = new($"https://localhost:{port}/connection");
        TimeSpan first = await CallAsync(options, https, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower, print: true);
        Uri http = new($"http://localhost:{port}/connection");
        await CallAsync(options, http, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact, print: true);

        TimeSpan resumed = await MedianAsync(options, https);
        TimeSpan full = await MedianAsync(new HybridTlsClientOptions(options) { AllowTlsResume = false }, https);
        Console.WriteLine(
            $"  handshake   first (compiles the code) {first.TotalMilliseconds:F0} ms, then {full.TotalMilliseconds:F1} ms, resumed " +
            $"{resumed.TotalMilliseconds:F1} ms (medians of {Repetitions}, both sides)");
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

using System.Text.RegularExpressions;

namespace HybridTls.Tests.Samples;

/// <summary>What the samples print is what their readers are promised.</summary>
public sealed class SampleOutputTests
{
    private static readonly Regex Keys = new("^keys: prices (?<prices>[0-9a-f]{16}), shop (?<shop>[0-9a-f]{16})\n");
    private static readonly Regex OwnCalls = new(
        """
        ^Calling myself:
          HTTP/1.1    200 in \d+ ms over X25519MLKEM768 \+ ML-DSA-65, TLS_AES_256_GCM_SHA384, ALPN http/1.1
          HTTP/2.0    200 in \d+ ms over X25519MLKEM768 \+ ML-DSA-65, TLS_AES_256_GCM_SHA384, ALPN h2
          handshake   \d+\.\d ms, resumed \d+\.\d ms \(medians of 50 when the code is compiled, both sides in one process\)

        $
        """);

    [Fact]
    public async Task SecureChannel_answers_who_is_known_and_refuses_who_is_not()
    {
        string output = await SampleProcess.RunAsync("SecureChannel");
        Match keys = Keys.Match(output);
        Assert.True(keys.Success, output);
        (string prices, string shop) = (keys.Groups["prices"].Value, keys.Groups["shop"].Value);
        AssertLines(
            output,
            $"[prices] a caller came, key {shop}",
            $"[shop]   connected: X25519MLKem768, MLDsa65, TLS_AES_256_GCM_SHA384, key {prices}",
            "[shop]   price of tea? 4.20",
            "[shop]   price of cake? 3.50",
            "[shop]   price of gold? no such thing: price of gold",
            "[shop]   1000 questions at a time: 1000 right answers",
            "[prices] refused: AlertSent, CertificateUnknown",
            "[prices] refused: AlertReceived, CertificateUnknown");
        Assert.Contains("\n[a stranger asks prices] AlertReceived: ", output, StringComparison.Ordinal);
        Assert.Contains("\n[shop meets a false prices] AlertSent: The peer's key (SHA-256 ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("must not happen", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrpcOrHttp2_runs_a_hundred_requests_and_a_duplex_stream_on_one_connection() => Assert.Equal(
        """
        connected: h2, X25519MLKem768, MLDsa65, TLS_AES_256_GCM_SHA384
        the server says: X25519MLKem768
        100 requests at a time, on 1 connection: order 1 for CN=shop, ...
        duplex: hello -> HELLO
        duplex: post-quantum -> POST-QUANTUM
        duplex: world -> WORLD
        duplex: end -> end
        http:// is refused before anything is sent

        """,
        await SampleProcess.RunAsync("GrpcOrHttp2"));

    [Fact]
    public async Task BedrockEcho_echoes_over_a_transport_that_is_not_Kestrels() => Assert.Equal(
        """
        echo listens at memory:echo, hosted by BedrockEcho
        connected: X25519MLKem768, MLDsa65, TLS_AES_256_GCM_SHA384
        hello -> hello
        post-quantum -> post-quantum
        world -> world
        1 MiB -> the same
        refused: AlertSent, CertificateUnknown
        stopped

        """,
        await SampleProcess.RunAsync("BedrockEcho"));

    [Fact]
    public async Task KestrelHttps_calls_itself_over_HTTP_1_and_2_and_keeps_its_authority()
    {
        string folder = Directory.CreateTempSubdirectory("hybridtls-sample-").FullName;
        try
        {
            string output = await SampleProcess.RunAsync("KestrelHttps", "--port", "0", "--once", "--data", folder);
            Assert.Matches(OwnCalls, output);
            string authority = await File.ReadAllTextAsync(Path.Combine(folder, "ca.crt"), TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "ca.key")));

            await SampleProcess.RunAsync("KestrelHttps", "--port", "0", "--once", "--data", folder);
            Assert.Equal(authority, await File.ReadAllTextAsync(Path.Combine(folder, "ca.crt"), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task KestrelHttps_serves_until_it_is_told_to_stop(string signal)
    {
        string folder = Directory.CreateTempSubdirectory("hybridtls-sample-").FullName;
        try
        {
            await using SampleProcess sample = SampleProcess.Start("KestrelHttps", "--port", "0", "--data", folder);
            await sample.WaitForLineAsync(static line => line.StartsWith("  chromium https://localhost:", StringComparison.Ordinal));
            await sample.SignalAsync(signal);
            Assert.Equal(0, await sample.WaitForExitAsync());
            Assert.EndsWith("\nStopped.\n", sample.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task KestrelHttps_says_what_is_wrong_with_its_arguments()
    {
        await using SampleProcess sample = SampleProcess.Start("KestrelHttps", "--port", "many");
        Assert.Equal(2, await sample.WaitForExitAsync());
        Assert.Equal("usage: KestrelHttps [--port 8443] [--once] [--data FOLDER] [--ring FOLDER]\n", sample.Output);
    }

    [Fact]
    public async Task KestrelHttps_says_in_one_line_that_it_cannot_start()
    {
        string folder = Directory.CreateTempSubdirectory("hybridtls-samples-").FullName;
        try
        {
            using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Any, 0);
            taken.Start();
            int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
            await using SampleProcess second = SampleProcess.Start("KestrelHttps", "--port", $"{port}", "--data", folder);
            Assert.Equal(1, await second.WaitForExitAsync());
            Assert.Equal($"Port {port} is taken: choose another with --port.\n", second.Output);

            await File.WriteAllTextAsync(Path.Combine(folder, "ca.crt"), "nonsense", TestContext.Current.CancellationToken);
            await using SampleProcess broken = SampleProcess.Start("KestrelHttps", "--port", "0", "--data", folder);
            Assert.Equal(1, await broken.WaitForExitAsync());
            Assert.Matches("^The authority in .* cannot be used: remove ca.crt and ca.key there.*\n$", broken.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertLines(string output, params string[] lines)
    {
        string[] written = output.Split('\n');
        Assert.All(lines, line => Assert.Contains(line, written));
    }
}

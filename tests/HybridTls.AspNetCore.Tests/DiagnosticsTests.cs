using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>What monitoring sees, and what it must not.</summary>
public sealed class DiagnosticsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handshakes_connections_and_bytes_are_measured_on_both_sides()
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "HybridTls", "Microsoft.AspNetCore.Server.Kestrel");
        IMeterFactory factory = host.Services.GetRequiredService<IMeterFactory>();
        using (HttpClient client = host.CreateClient(handler: handler => handler.Sockets.MeterFactory = factory))
        {
            using ByteArrayContent content = new(new byte[50_000]);
            using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
            Assert.Equal(100_000, (await response.Content.ReadAsByteArrayAsync(Token)).Length);
            foreach (string role in (string[])["server", "client"])
            {
                CollectedMetrics.Measured duration = Assert.Single(metrics.Find("hybridtls.handshake.duration", ("role", role)));
                Assert.Equal("s", duration.Unit);
                Assert.InRange(duration.Value, 0.0001, 10);
                Assert.Equal((false, "X25519MLKEM768", "1.3"), (duration.Tags["tls.resumed"], duration.Tags["tls.curve"], duration.Tags["tls.protocol.version"]));
                Assert.Equal((role == "server" ? "127.0.0.1" : "localhost", host.Port), (duration.Tags["server.address"], duration.Tags["server.port"]));
                Assert.DoesNotContain("error.type", duration.Tags.Keys);
                Assert.Equal(0, metrics.Sum("hybridtls.active_handshakes", ("role", role)));
                Assert.Equal(1, metrics.Sum("hybridtls.active_connections", ("role", role)));
            }

            Assert.InRange(metrics.Observe("hybridtls.bytes_in", ("role", "server")), 50_000, 51_000);
            Assert.InRange(metrics.Observe("hybridtls.bytes_out", ("role", "client")), 50_000, 51_000);
        }

        await WaitAsync(() => metrics.Sum("hybridtls.active_connections") == 0);
        Assert.InRange(metrics.Observe("hybridtls.bytes_out", ("role", "server")), 100_000, 101_000);
        Assert.Equal(metrics.Observe("hybridtls.bytes_out", ("role", "server")), metrics.Observe("hybridtls.bytes_in", ("role", "client")));
        Assert.Equal(0, metrics.Sum("hybridtls.alerts"));
        await WaitAsync(() => metrics.Find("kestrel.connection.duration").Any());
        CollectedMetrics.Measured connection = Assert.Single(metrics.Find("kestrel.connection.duration"));
        Assert.Equal(("1.3", "X25519MLKEM768"), (connection.Tags["tls.protocol.version"], connection.Tags["tls.curve"]));
    }

    [Fact]
    public async Task Kestrels_own_instruments_tell_of_our_handshakes_as_they_do_of_its_own()
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "Microsoft.AspNetCore.Server.Kestrel");
        using HttpClient client = host.CreateClient();
        using ByteArrayContent content = new(new byte[10]);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        CollectedMetrics.Measured duration = Assert.Single(metrics.Find("kestrel.tls_handshake.duration"));
        Assert.Equal(("s", "1.3"), (duration.Unit, duration.Tags["tls.protocol.version"]));
        Assert.Equal(("127.0.0.1", host.Port, "ipv4", "tcp"),
            (duration.Tags["server.address"], duration.Tags["server.port"], duration.Tags["network.type"], duration.Tags["network.transport"]));
        Assert.Equal(0, metrics.Sum("kestrel.active_tls_handshakes"));
        Assert.Equal(2, metrics.Find("kestrel.active_tls_handshakes").Count());

        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync(static options => options.TargetHost = "elsewhere.example"));
        await WaitAsync(() => metrics.Find("kestrel.tls_handshake.duration").Count() == 2);
        Assert.Equal("alert_received", metrics.Find("kestrel.tls_handshake.duration").Last().Tags["error.type"]);
        Assert.Equal(0, metrics.Sum("kestrel.active_tls_handshakes"));
    }

    [Fact]
    public async Task Handshakes_are_events_as_Kestrels_are()
    {
        ConcurrentQueue<(string? Name, string Payload)> events = [];
        using HandshakeEvents listener = new(events);
        await using WebHost host = await StartAsync();
        await (await host.ConnectAsync()).DisposeAsync();
        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync(static options => options.TargetHost = "elsewhere.example"));

        // Other tests' handshakes are events, too.
        await WaitAsync(() => events.Any(static item => item == ("TlsHandshakeFailed", "server alert_received")));
        Assert.Contains(("TlsHandshakeStart", "server"), events);
        Assert.Contains(("TlsHandshakeStop", "server Tls13"), events);
    }

    [Fact]
    public void The_page_about_telemetry_lists_all_there_is()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "telemetry.md"));
        string[] folders = [Repository.PathOf("src", "HybridTls.Connections"), Repository.PathOf("src", "HybridTls.AspNetCore")];
        string sources = string.Concat(folders.SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Contains("obj", StringComparison.Ordinal)).Select(File.ReadAllText));
        string[] patterns =
        [
            "\"(hybridtls\\.[a-z_.]+|kestrel\\.[a-z_.]+)\"", // instruments
            "const string (?:Role|Resumed|Curve|ServerAddress|ServerPort|ErrorType|Alert|Direction|ProtocolVersion|ProtocolName|Cipher) = \"([a-z._]+)\"",
            "HandshakeFailureReason\\.\\w+ => \"([a-z_]+)\"",
            "public void (TlsHandshake\\w+)",
        ];
        IEnumerable<string> names = patterns.SelectMany(pattern => System.Text.RegularExpressions.Regex.Matches(sources, pattern).Select(static match => match.Groups[1].Value)).Distinct();
        Assert.InRange(names.Count(), 28, 60);
        Assert.DoesNotContain(names, name => !page.Contains($"`{name}`", StringComparison.Ordinal));

        // Each event of the log, by number, level, name and text, and no other.
        string[] rows = [.. System.Text.RegularExpressions.Regex.Matches(
                sources, "LoggerMessage\\((\\d+), LogLevel\\.(\\w+), ((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)\\)\\]\\s*public static partial void (\\w+)")
            .OrderBy(static match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))
            .Select(static match => $"| {match.Groups[1].Value} | {match.Groups[2].Value} | `{match.Groups[4].Value}` | " + string.Concat(
                System.Text.RegularExpressions.Regex.Matches(match.Groups[3].Value, "\"((?:[^\"\\\\]|\\\\.)*)\"").Select(static part => part.Groups[1].Value)).Replace("\\", "", StringComparison.Ordinal) + " |")];
        Assert.Equal(System.Text.RegularExpressions.Regex.Count(sources, "\\[LoggerMessage\\("), rows.Length);
        Assert.Equal(rows, page.Split('\n').Where(static line => System.Text.RegularExpressions.Regex.IsMatch(line, "^\\| \\d+ \\|")));
        Assert.Contains($"Category `{Log.Category}`.", page, StringComparison.Ordinal);

        // What the page names as an instrument exists.
        Assert.DoesNotContain(
            System.Text.RegularExpressions.Regex.Matches(page, "`(hybridtls\\.[a-z_.]+|kestrel\\.[a-z_.]+)`").Select(static match => match.Groups[1].Value),
            name => name != "kestrel.connection.duration" && !names.Contains(name));
    }

    [Fact]
    public async Task Failures_are_measured_with_their_type_and_alert()
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync(static options => options.TargetHost = "elsewhere.example"));
        await WaitAsync(() => metrics.Find("hybridtls.handshake.duration").Any());
        CollectedMetrics.Measured duration = Assert.Single(metrics.Find("hybridtls.handshake.duration"));
        Assert.Equal("alert_received", duration.Tags["error.type"]);
        await WaitAsync(() => metrics.Sum("hybridtls.alerts", ("role", "server"), ("direction", "in"), ("alert", "certificate_unknown")) == 1);
        Assert.Equal(0, metrics.Sum("hybridtls.active_handshakes"));
        Assert.Equal(0, metrics.Sum("hybridtls.active_connections"));
    }

    [Fact]
    public async Task An_alert_that_comes_after_the_handshake_is_counted_on_both_sides()
    {
        await using WebHost host = await WebHost.StartAsync(
            Map,
            static options => (options.ClientCertificateMode, options.PeerValidation) =
                (ClientAuthenticationMode.RequireCertificate, TestIdentities.TrustRoot),
            build: static builder => builder.Services.AddMetrics());
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        IMeterFactory factory = host.Services.GetRequiredService<IMeterFactory>();

        // The client's handshake is complete when it has sent that it has no certificate.
        using HttpClient client = host.CreateClient(handler: handler => handler.Sockets.MeterFactory = factory);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        await WaitAsync(() => metrics.Sum("hybridtls.alerts", ("role", "server"), ("direction", "out"), ("alert", "certificate_required"), ("reason", "client_certificate_missing")) == 1);
        await WaitAsync(() => metrics.Sum("hybridtls.alerts", ("role", "client"), ("direction", "in"), ("alert", "certificate_required")) == 1);
        await WaitAsync(() => metrics.Sum("hybridtls.active_connections") == 0);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_logged_at_debug()
    {
        await using WebHost host = await StartAsync();
        using System.Net.Sockets.TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", host.Port, Token);
        HybridTlsStream stream = new(tcp.GetStream());
        await stream.AuthenticateAsClientAsync(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "localhost"), Token);
        tcp.Close();
        CollectedLogs.LogLine line = await host.Logs.WaitForAsync(9);
        Assert.Equal(LogLevel.Debug, line.Level);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_secret_is_in_logs_metrics_activities_or_reports()
    {
        ConcurrentBag<string> secrets = [];
        AppContext.SetSwitch("HybridTls.AllowKeyLog", true);
        ConcurrentBag<string> seen = [];
        using ActivityListener activities = new()
        {
            ShouldListenTo = static source => source.Name == "HybridTls",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Add(
                $"{activity.OperationName} {activity.Kind} {string.Join(' ', activity.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"))} " +
                $"{string.Join(' ', activity.Events.Select(static item => item.Name))} {activity.StatusDescription}"),
        };
        ActivitySource.AddActivityListener(activities);
        await using WebHost host = await WebHost.StartAsync(
            Map,
            options =>
            {
                options.KeyLog = line => secrets.Add(line.Split(' ')[2]);
                options.OnHandshakeFailed = failure => seen.Add($"{failure.Reason} {failure.Exception} {failure.ClientHello?.ServerName}");
            });
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        using HttpClient client = host.CreateClient();
        using ByteArrayContent content = new(new byte[1000]);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync(static options => options.TargetHost = "elsewhere.example"));
        await host.Logs.WaitForAsync(2);
        await host.Logs.WaitForAsync(1);
        await WaitAsync(() => seen.Any(static text => text.Contains("error.type=alert_received", StringComparison.Ordinal)));
        Assert.Contains(seen, static text => text.StartsWith("HybridTls.Handshake Server server.address=127.0.0.1 server.port=", StringComparison.Ordinal));
        Assert.Contains(seen, static text => text.StartsWith("HybridTls.Handshake Client", StringComparison.Ordinal));

        foreach (CollectedLogs.LogLine line in host.Logs.Lines)
            seen.Add(line.Text);
        foreach (CollectedMetrics.Measured measured in metrics.All)
            seen.Add($"{measured.Name} {measured.Value:R} {string.Join(' ', measured.Tags.Values)}");
        Assert.InRange(secrets.Count, 7, 100);
        foreach (string secret in secrets)
        {
            byte[] bytes = Convert.FromHexString(secret);
            // Any eight bytes of a secret, in any usual notation, would be one too many.
            for (int i = 0; i + 8 <= bytes.Length; i += 4)
            {
                string hex = Convert.ToHexString(bytes, i, 8);
                string dashed = BitConverter.ToString(bytes, i, 8);
                string base64 = Convert.ToBase64String(bytes, i - (i % 3), 6);
                Assert.DoesNotContain(seen, text => text.Contains(hex, StringComparison.OrdinalIgnoreCase)
                    || text.Contains(dashed, StringComparison.OrdinalIgnoreCase) || text.Contains(base64, StringComparison.Ordinal));
            }
        }
    }

    private static Task<WebHost> StartAsync() => WebHost.StartAsync(Map, build: static builder => builder.Services.AddMetrics());

    private static void Map(WebApplication app) => app.MapPost("/", static async (HttpContext context) =>
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        await context.Response.Body.WriteAsync(new byte[100_000], context.RequestAborted);
    });

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++)
            await Task.Delay(20, Token);
        Assert.True(condition());
    }

    private sealed class HandshakeEvents(ConcurrentQueue<(string? Name, string Payload)> events) : System.Diagnostics.Tracing.EventListener
    {
        protected override void OnEventSourceCreated(System.Diagnostics.Tracing.EventSource eventSource)
        {
            if (eventSource.Name == "HybridTls")
                EnableEvents(eventSource, System.Diagnostics.Tracing.EventLevel.Informational);
        }

        protected override void OnEventWritten(System.Diagnostics.Tracing.EventWrittenEventArgs eventData) =>
            events?.Enqueue((eventData.EventName, string.Join(' ', eventData.Payload!.Skip(1))));
    }
}

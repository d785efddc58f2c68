using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>A key log gives up everything: the log says so, once for an endpoint.</summary>
public sealed class KeyLogWarningTests
{
    private const int Warning = 13;

    public KeyLogWarningTests() => AppContext.SetSwitch("HybridTls.AllowKeyLog", true);

    [Fact]
    public async Task An_endpoint_that_writes_a_key_log_warns_once_when_it_starts()
    {
        await using WebHost host = await WebHost.StartAsync(Map, static options => options.KeyLog = static _ => { });
        CollectedLogs.LogLine line = Assert.Single(host.Logs.Ours, static line => line.EventId == Warning);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("127.0.0.1", line.Text, StringComparison.Ordinal);
        Assert.Contains("key log", line.Text, StringComparison.Ordinal);
        await GetTwiceAsync(host);
        Assert.Single(host.Logs.Ours, static line => line.EventId == Warning);
    }

    [Fact]
    public async Task Each_endpoint_warns_for_itself()
    {
        await using WebHost host = await WebHost.StartAsync(
            Map,
            static options => options.KeyLog = static _ => { },
            kestrel: static kestrel => kestrel.ListenUnixSocket(
                Path.Combine(Path.GetTempPath(), $"hybridtls-{Guid.NewGuid():N}.sock"),
                static endpoint => endpoint.UseHybridTls(
                    static options => (options.Credential, options.KeyLog) = (TestIdentities.Server, static _ => { }))));
        Assert.Equal(2, host.Logs.Ours.Where(static line => line.EventId == Warning).Select(static line => line.Text).Distinct().Count());
    }

    [Fact]
    public async Task An_endpoint_whose_callback_chooses_a_key_log_warns_when_it_first_does()
    {
        HybridTlsServerOptions plain = new() { Credential = TestIdentities.Server };
        HybridTlsServerOptions logged = new(plain) { KeyLog = static _ => { } };
        int connections = 0;
        await using WebHost host = await WebHost.StartWithAsync(Map, endpoint => endpoint.UseHybridTls(
            options => options.OnConnection = _ => new(++connections == 1 ? plain : logged)));
        await (await host.ConnectAsync()).DisposeAsync();
        Assert.DoesNotContain(host.Logs.Ours, static line => line.EventId == Warning);
        await GetTwiceAsync(host);
        Assert.Single(host.Logs.Ours, static line => line.EventId == Warning);
    }

    [Fact]
    public async Task Without_a_key_log_nothing_is_said()
    {
        await using WebHost host = await WebHost.StartAsync(Map);
        await GetTwiceAsync(host);
        Assert.DoesNotContain(host.Logs.Ours, static line => line.EventId == Warning);
    }

    [Fact]
    public async Task The_file_of_the_environment_is_a_key_log_too_and_without_one_there_is_none()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hybridtls-{Guid.NewGuid():N}.log");
        foreach (string? file in (string?[])[path, null])
        {
            Environment.SetEnvironmentVariable("SSLKEYLOGFILE", file);
            await using WebHost host = await WebHost.StartAsync(Map, static options => options.UseSslKeyLogFile = true);
            Assert.Equal(file is null ? 0 : 1, host.Logs.Ours.Count(static line => line.EventId == Warning));
            await GetTwiceAsync(host);
        }

        Assert.Equal(10, (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken)).Length);
        File.Delete(path);
    }

    [Fact]
    public void A_client_that_writes_a_key_log_warns_when_it_is_built()
    {
        using CollectedLogs logs = new();
        ServiceCollection services = new();
        services.AddLogging(builder => builder.AddProvider(logs));
        using ServiceProvider provider = services.BuildServiceProvider();
        ConnectionBuilder builder = new(provider);
        builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions(static options => options.KeyLog = static _ => { }));
        Assert.Single(logs.Ours, static line => line.EventId == Warning && line.Level == LogLevel.Warning);
    }

    private static void Map(WebApplication application) => application.MapGet("/", static () => "hello");

    private static async Task GetTwiceAsync(WebHost host)
    {
        for (int i = 0; i < 2; i++)
        {
            using HttpClient client = host.CreateClient();
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken));
        }
    }
}

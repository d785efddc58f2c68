using System.Net.Security;
using System.Text;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using FlakyStorage = HybridTls.Tests.AspNetCore.KeyRing.FlakyStorage;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Resumption at Kestrel's endpoints: which keys seal, and what rotation, outages and new certificates do to it.</summary>
public sealed class ResumptionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-");
    private readonly ClientSessionCache _cache = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Delete(recursive: true);
    }

    public enum Source
    {
        Credential,
        Options,
        OwnCallback,
        Callback,
        Configuration,
    }

    [Theory]
    [InlineData(Source.Credential)]
    [InlineData(Source.Options)]
    [InlineData(Source.OwnCallback)]
    [InlineData(Source.Callback)]
    [InlineData(Source.Configuration)]
    public async Task Hosts_that_share_a_ring_resume_each_others_sessions_wherever_their_options_come_from(Source source)
    {
        FlakyStorage ring = new();
        HybridTlsServerOptions options = new() { Credential = TestIdentities.Server, ApplicationProtocols = [SslApplicationProtocol.Http11] };
        await using WebHost first = await StartAsync(source, options, ring), second = await StartAsync(source, options, ring);
        await using WebHost stranger = await StartAsync(source, options, new FlakyStorage());
        Assert.False(await ResumesAsync(first));
        Assert.True(await ResumesAsync(second));
        Assert.True(await ResumesAsync(first));
        Assert.False(await ResumesAsync(stranger));
        Assert.True(await ResumesAsync(stranger));
        Assert.Null(options.TicketProtector); // the host's options are the host's
    }

    [Fact]
    public async Task A_protector_in_the_options_goes_before_that_of_the_services()
    {
        FlakyStorage ring = new();
        using RotatingTicketProtector own = new();
        HybridTlsServerOptions options = new() { Credential = TestIdentities.Server, TicketProtector = own };
        await using WebHost first = await StartAsync(Source.Options, options, ring);
        await using WebHost second = await StartAsync(Source.Callback, options, new FlakyStorage());
        await using WebHost services = await StartAsync(Source.Credential, options, ring);
        Assert.False(await ResumesAsync(first));
        Assert.True(await ResumesAsync(second));
        Assert.False(await ResumesAsync(services));
    }

    [Fact]
    public async Task Without_either_all_servers_of_the_process_share_their_keys()
    {
        HybridTlsServerOptions options = new() { Credential = TestIdentities.Server };
        await using WebHost first = await StartAsync(Source.Options, options, ring: null);
        await using WebHost second = await StartAsync(Source.Callback, options, ring: null);
        Assert.False(await ResumesAsync(first));
        Assert.True(await ResumesAsync(second));
    }

    [Fact]
    public async Task Keys_rotate_under_load_without_a_failed_handshake()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using RotatingTicketProtector protector = new(TimeSpan.FromHours(1), clock);
        HybridTlsServerOptions options = new() { Credential = TestIdentities.Server, TicketProtector = protector };
        await using WebHost host = await StartAsync(Source.Options, options, ring: null);
        int leaps = 0, resumed = 0, full = 0;
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
        Task[] clients = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                using ClientSessionCache cache = new();
                while (!stop.IsCancellationRequested)
                {
                    if (await ResumesAsync(host, cache)) // throws if the handshake or the request fails
                        Interlocked.Increment(ref resumed);
                    else
                        Interlocked.Increment(ref full);
                }
            },
            Token))];
        while (!stop.IsCancellationRequested && (leaps < 60 || Volatile.Read(ref resumed) < 50 || Volatile.Read(ref full) < 20))
        {
            // Now and then so far that no ticket's key is left.
            clock.Advance(++leaps % 20 == 0 ? TimeSpan.FromHours(3) : TimeSpan.FromMinutes(20));
            await Task.Delay(10, Token);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.True(leaps >= 60 && resumed >= 50 && full >= 20, $"{leaps} leaps, {resumed} resumed, {full} full");
    }

    [Fact]
    public async Task While_the_ring_is_out_of_reach_handshakes_are_full_ones()
    {
        FlakyStorage ring = new() { IsDown = true };
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        await using WebHost host = await StartAsync(
            Source.Credential, new HybridTlsServerOptions { Credential = TestIdentities.Server }, ring, clock);
        for (int i = 0; i < 3; i++)
            Assert.False(await ResumesAsync(host));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => Assert.False(await ResumesAsync(host))));
        Assert.Equal(0, _cache.Count);
        Assert.Single(host.Logs.Ours, static line => line.EventId == 20);

        ring.IsDown = false;
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.False(await ResumesAsync(host));
        Assert.True(await ResumesAsync(host));
    }

    [Fact]
    public async Task A_new_certificate_of_the_same_name_does_not_end_sessions()
    {
        WritePem(TestIdentities.NewPem("CN=before"));
        await using WebHost host = await StartAsync(Source.Configuration, options: null, new FlakyStorage());
        Assert.False(await ResumesAsync(host));
        Assert.True(await ResumesAsync(host));
        WritePem(TestIdentities.NewPem("CN=after"));
        await host.Logs.WaitForAsync(7);
        Assert.True(await ResumesAsync(host));
        using ClientSessionCache empty = new();
        await using HybridTlsStream stream = await host.ConnectAsync(options => options.SessionCache = empty);
        Assert.Equal("CN=after", stream.Parameters.GetPeerCertificate()!.Subject);
    }

    [Theory]
    [InlineData("AllowTlsResume", "false", 0)]
    [InlineData("TicketCount", "0", 0)]
    [InlineData("TicketCount", "1", 1)]
    [InlineData("TicketCount", "3", 3)]
    public async Task The_configuration_says_how_many_tickets_there_are(string key, string value, int expected)
    {
        WritePem(TestIdentities.NewPem("CN=configured"));
        await using WebHost host = await StartAsync(Source.Configuration, options: null, ring: null, settings: (key, value));
        Assert.False(await ResumesAsync(host));
        Assert.Equal(expected, _cache.Count);
        Assert.Equal(expected > 0, await ResumesAsync(host));
    }

    private async Task<bool> ResumesAsync(WebHost host, ClientSessionCache? cache = null)
    {
        await using HybridTlsStream stream = await host.ConnectAsync(options => options.SessionCache = cache ?? _cache);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string answer = await reader.ReadToEndAsync(Token);
        Assert.Contains($"resumed: {stream.Parameters.IsResumed}", answer, StringComparison.Ordinal);
        return stream.Parameters.IsResumed;
    }

    private Task<WebHost> StartAsync(
        Source source, HybridTlsServerOptions? options, FlakyStorage? ring, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        if (source == Source.Configuration && options is not null)
            WritePem(TestIdentities.NewPem("CN=configured"));
        return WebHost.StartWithAsync(
            static app => app.MapGet("/", static (HttpContext context) => $"resumed: {context.Features.Get<IHybridTlsFeature>()!.IsResumed}"),
            endpoint => UseHybridTls(endpoint, source, options),
            build: builder =>
            {
                builder.Configuration.AddInMemoryCollection(Settings(settings));
                if (time is not null)
                    builder.Services.AddSingleton(time);
                if (ring is not null)
                {
                    KeyRing.Configure(builder.Services, ring);
                    builder.Services.AddHybridTlsTicketProtection();
                }
            },
            contentRoot: _folder.FullName);
    }

    private static void UseHybridTls(ListenOptions endpoint, Source source, HybridTlsServerOptions? options)
    {
        switch (source)
        {
            case Source.Credential:
                endpoint.UseHybridTls(options!.Credential!);
                break;
            case Source.Options:
                endpoint.UseHybridTls(new HybridTlsEndpointOptions(options!));
                break;
            case Source.OwnCallback:
                endpoint.UseHybridTls(new HybridTlsEndpointOptions { SelectOptions = (_, _) => new(options) });
                break;
            case Source.Callback:
                endpoint.UseHybridTls(own => own.OnConnection = _ => new(options));
                break;
            default:
                endpoint.UseHybridTls();
                break;
        }
    }

    private static Dictionary<string, string?> Settings((string Key, string Value)[] settings)
    {
        Dictionary<string, string?> values = new()
        {
            ["HybridTls:CertificatePath"] = "server.crt",
            ["HybridTls:KeyPath"] = "server.key",
            ["HybridTls:ReloadInterval"] = "00:00:00.1",
        };
        foreach ((string key, string value) in settings)
            values["HybridTls:" + key] = value;
        return values;
    }

    private void WritePem((string Certificate, string Key) pair)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "server.crt"), pair.Certificate);
        File.WriteAllText(Path.Combine(_folder.FullName, "server.key"), pair.Key);
    }
}

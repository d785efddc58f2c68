using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.Samples;

/// <summary>Servers in processes of their own that share a key ring in a folder, as behind a load balancer.</summary>
public sealed class FleetTests : IAsyncDisposable
{
    private static readonly Regex PortNumber = new(@":(\d+)/");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-fleet-");
    private readonly List<SampleProcess> _servers = [];
    private PeerValidation? _trust;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_resume_each_others_sessions_a_stranger_does_not_and_a_revoked_key_ends_it()
    {
        int first = await StartAsync("ring"), second = await StartAsync("ring"), stranger = await StartAsync("another-ring");
        HybridTlsClientOptions client = NewClient();
        Assert.False(await ResumesAsync(client, first));
        Assert.True(await ResumesAsync(client, second));
        Assert.True(await ResumesAsync(client, first));
        Assert.True(await ResumesAsync(client, second));
        Assert.False(await ResumesAsync(client, stranger)); // a full handshake, not a failed one
        Assert.True(await ResumesAsync(client, stranger));

        // A client that shows the same ticket again and again, so that it always has one of the key to come.
        client = NewClient(new ClientSessionCache(singleUse: false));
        Assert.False(await ResumesAsync(client, first));
        Assert.True(await ResumesAsync(client, second));
        Revoke("ring");
        foreach (int server in (int[])[first, second])
        {
            for (int i = 0; await ResumesAsync(client, server); i++, await Task.Delay(100, Token))
                Assert.True(i < 100, "the revoked key goes on resuming");
            Assert.False(await ResumesAsync(client, server));
        }

        // After a restart the fleet has another key.
        int restarted = await StartAsync("ring"), other = await StartAsync("ring");
        Assert.False(await ResumesAsync(client, restarted));
        Assert.True(await ResumesAsync(client, restarted));
        Assert.True(await ResumesAsync(client, other));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SampleProcess server in _servers)
            await server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Starts a server with a certificate of its own from the one authority.</summary>
    /// <returns>Its port.</returns>
    private async Task<int> StartAsync(string ring)
    {
        string authority = Path.Combine(_folder.FullName, "authority");
        SampleProcess server = SampleProcess.Start(
            "KestrelHttps", "--port", "0", "--data", authority, "--ring", Path.Combine(_folder.FullName, ring));
        _servers.Add(server);
        string line = await server.WaitForLineAsync(static line => line.StartsWith("  chromium https://", StringComparison.Ordinal));
        _trust ??= PeerValidation.TrustAnchorsFromPemFile(Path.Combine(authority, "ca.crt"));
        return int.Parse(PortNumber.Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private HybridTlsClientOptions NewClient(ClientSessionCache? cache = null) =>
        new() { PeerValidation = _trust, SessionCache = cache ?? new ClientSessionCache() };

    /// <summary>Opens a connection and makes a request, so that the tickets arrive.</summary>
    /// <returns>Whether the session was resumed, as both sides say.</returns>
    private static async Task<bool> ResumesAsync(HybridTlsClientOptions options, int port)
    {
        await using HybridTlsStream stream = await HybridTlsStream.ConnectAsync("localhost", port, options, Token);
        await stream.WriteAsync("GET /connection HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string answer = await reader.ReadToEndAsync(Token);
        Assert.Contains($"\"resumed\":\"{(stream.Parameters.IsResumed ? "yes" : "no")}\"", answer, StringComparison.Ordinal);
        return stream.Parameters.IsResumed;
    }

    /// <summary>Revokes the ring's keys, as an operator does from another process.</summary>
    private void Revoke(string ring)
    {
        ServiceCollection services = new();
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(_folder.FullName, ring)));
        using ServiceProvider provider = services.BuildServiceProvider();
        IKeyManager keys = provider.GetRequiredService<IKeyManager>();
        foreach (IKey key in keys.GetAllKeys())
            keys.RevokeKey(key.KeyId, "stolen");
    }
}

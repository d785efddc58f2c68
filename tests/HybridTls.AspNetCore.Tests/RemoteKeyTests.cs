using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>A server under Kestrel whose key is elsewhere and takes its time.</summary>
public sealed class RemoteKeyTests : IDisposable
{
    private readonly MLDsa _key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private readonly X509Certificate2 _certificate;

    public RemoteKeyTests() => _certificate = TestIdentities.Authority.Issue(
        _key, new CertificateProfile { Names = ["localhost", "127.0.0.1"], Purposes = CertificatePurposes.Server });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Handshakes_wait_for_their_signatures_side_by_side_and_others_go_on()
    {
        const int Many = 60;
        int waiting = 0, peak = 0;
        TaskCompletionSource allWait = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HybridTlsCredential remote = HybridTlsCredential.CreateRemote([_certificate], async (content, cancellationToken) =>
        {
            int now = Interlocked.Increment(ref waiting);
            InterlockedMax(ref peak, now);
            if (now == Many)
                allWait.SetResult();
            await allWait.Task.WaitAsync(cancellationToken); // nobody is answered before all have come
            Interlocked.Decrement(ref waiting);
            return _key.SignData(content.ToArray());
        });
        HybridTlsServerOptions local = new() { Credential = TestIdentities.Server }, slow = new() { Credential = remote };
        await using WebHost host = await WebHost.StartWithAsync(Map, endpoint => endpoint.UseHybridTls(options =>
        {
            options.OnConnection = context => new(context.ClientHello.ServerName is null ? slow : local);
            options.HandshakeTimeout = TimeSpan.FromMinutes(1);
        }));
        Task<HybridTlsStream>[] connecting = [.. Enumerable.Range(0, Many - 1).Select(_ => host.ConnectAsync(
            static options => (options.SendServerName, options.HandshakeTimeout) = (false, TimeSpan.FromMinutes(1))))];
        await (await host.ConnectAsync()).DisposeAsync(); // a server with a key of its own, while the others wait
        Assert.DoesNotContain(connecting, static task => task.IsCompleted);
        await (await host.ConnectAsync(static options => options.SendServerName = false)).DisposeAsync();
        foreach (HybridTlsStream stream in await Task.WhenAll(connecting))
        {
            Assert.True(stream.Parameters.IsPeerAuthenticated);
            await stream.DisposeAsync();
        }

        Assert.Equal(Many, peak);
    }

    [Fact]
    public async Task A_signer_that_fails_is_our_fault_and_the_server_goes_on()
    {
        int calls = 0;
        using HybridTlsCredential remote = HybridTlsCredential.CreateRemote([_certificate], async (content, cancellationToken) =>
        {
            await Task.Yield();
            return Interlocked.Increment(ref calls) switch
            {
                1 => throw new TimeoutException("the vault is closed"),
                2 => throw new OperationCanceledException("the vault had its own deadline"),
                3 => new byte[3309],
                _ => _key.SignData(content.ToArray()),
            };
        });
        await using WebHost host = await WebHost.StartAsync(Map, options => options.Credential = remote);
        for (int i = 0; i < 3; i++)
        {
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync());
            Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.InternalError), (exception.Failure, exception.Alert));
        }

        await (await host.ConnectAsync()).DisposeAsync();
        for (int i = 0; i < 500 && host.Logs.Ours.Count(static line => line.EventId == 3) < 3; i++)
            await Task.Delay(10, Token);
        string errors = string.Join('\n', host.Logs.Ours.Where(static line => line.Level == LogLevel.Error).Select(static line => line.Text));
        Assert.Contains("the vault is closed", errors, StringComparison.Ordinal);
        Assert.Contains("the vault had its own deadline", errors, StringComparison.Ordinal);
        Assert.Contains("returned no ML-DSA-65 signature", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signer_that_never_answers_is_left_at_the_deadline()
    {
        TaskCompletionSource<byte[]> never = new();
        List<HandshakeFailureReason> reasons = [];
        using HybridTlsCredential remote = HybridTlsCredential.CreateRemote([_certificate], (_, _) => new ValueTask<byte[]>(never.Task));
        await using WebHost host = await WebHost.StartAsync(
            Map,
            options =>
            {
                options.Credential = remote;
                options.HandshakeTimeout = TimeSpan.FromMilliseconds(300);
                options.OnHandshakeFailed = failure => reasons.Add(failure.Reason);
            });
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync());
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        Assert.Equal([HandshakeFailureReason.TimedOut], reasons);
    }

    private static void Map(WebApplication application) => application.MapGet("/", static () => "hello");

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value;)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}

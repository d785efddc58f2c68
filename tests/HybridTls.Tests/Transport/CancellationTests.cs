using HybridTls.Tests.Handshake;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Transport;

/// <summary>Cancelled operations, and handshakes that take too long.</summary>
public sealed class CancellationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-SHELL-6")]
    public async Task A_cancelled_read_loses_nothing()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        byte[] buffer = new byte[10];
        for (int i = 0; i < 5; i++)
        {
            using CancellationTokenSource source = new();
            Task<int> reading = pair.Server.ReadAsync(buffer, source.Token).AsTask();
            Assert.False(reading.IsCompleted);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Server.ReadAsync(buffer, new CancellationToken(true)).AsTask());
        await pair.Client.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(5, await pair.Server.ReadAsync(buffer, Token));
        await pair.Server.WriteAsync("back"u8.ToArray(), Token);
        Assert.Equal(4, await pair.Client.ReadAsync(buffer, Token));
    }

    [Fact]
    [Clause("HT-SHELL-6")]
    public async Task A_cancelled_write_ends_writing_and_reading_goes_on()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(limit: 20_000);
        using CancellationTokenSource source = new();
        Task writing = pair.Client.WriteAsync(new byte[300_000], source.Token).AsTask();
        Assert.False(writing.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.WriteAsync(new byte[1], Token).AsTask());
        Assert.Contains("cancelled", exception.Message, StringComparison.Ordinal);
        await pair.Server.WriteAsync("still here"u8.ToArray(), Token);
        Assert.Equal(10, await pair.Client.ReadAsync(new byte[100], Token));
    }

    [Fact]
    public async Task A_write_that_has_not_begun_is_cancelled_without_harm()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(limit: 20_000);
        Task blocked = pair.Client.WriteAsync(new byte[100_000], Token).AsTask();
        using CancellationTokenSource source = new();
        Task waiting = pair.Client.WriteAsync(new byte[1], source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await pair.Server.ReadExactlyAsync(new byte[100_000], Token);
        await blocked;
        await pair.Client.WriteAsync(new byte[1], Token);
        await pair.Server.ReadExactlyAsync(new byte[1], Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-5")]
    [Clause("HT-ALERT-5")]
    public async Task A_silent_peer_is_not_waited_for_longer_than_allowed(bool client)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        FakeTimeProvider time = new(TestIdentities.Start);
        Task handshake = client
            ? pair.AuthenticateClientAsync(TestIdentities.ClientOptions(options => options.TimeProvider = time))
            : pair.AuthenticateServerAsync(TestIdentities.ServerOptions(options => options.TimeProvider = time));
        time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(handshake.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.001));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => handshake);
        Assert.Equal((HybridTlsFailure.TimedOut, null), (exception.Failure, exception.Alert));
        Assert.Contains("10 s (HandshakeTimeout)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-SHELL-5")]
    public async Task A_real_clock_ends_a_handshake_too()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(
            () => pair.AuthenticateServerAsync(TestIdentities.ServerOptions(options => options.HandshakeTimeout = TimeSpan.FromMilliseconds(50))));
        Assert.Equal(HybridTlsFailure.TimedOut, exception.Failure);
    }

    [Fact]
    public async Task A_cancelled_handshake_cannot_be_repeated()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using CancellationTokenSource source = new();
        Task handshake = pair.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.AuthenticateServerAsync());
        Assert.False(pair.Server.IsAuthenticated);
    }
}

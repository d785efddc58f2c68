using HybridTls.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridTls.Tests.Connections;

/// <summary>ConnectionClosed of a protected connection: whoever reports the loss, the callbacks have run when the reader goes on.</summary>
public sealed class ConnectionEndTests
{
    [Fact]
    public async Task The_reader_waits_for_callbacks_that_the_transport_has_begun()
    {
        using CancellationTokenSource transport = new();
        using ConnectionEnd end = new("1", NullLogger.Instance, transport.Token, callbackTime: TimeSpan.FromMinutes(1));
        using ManualResetEventSlim inCallback = new(), goOn = new();
        bool ran = false;
        end.Token.UnsafeRegister(
            _ =>
            {
                inCallback.Set();
                goOn.Wait(TimeSpan.FromSeconds(30));
                ran = true;
            },
            null);
        Task closing = Task.Run(transport.Cancel, TestContext.Current.CancellationToken);
        inCallback.Wait(TestContext.Current.CancellationToken);
        Thread losing = new(() => end.OnLost(new IOException("reset")));
        losing.Start();

        // One that does not wait comes to its end instead, before the callback has.
        SpinWait.SpinUntil(() => !losing.IsAlive || losing.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        goOn.Set();
        losing.Join();
        Assert.True(ran);
        await closing;
    }

    [Fact]
    public async Task A_callback_that_waits_for_the_reader_does_not_hold_it_for_ever()
    {
        using CancellationTokenSource transport = new();
        using ConnectionEnd end = new("1", NullLogger.Instance, transport.Token);
        using ManualResetEventSlim inCallback = new(), readerWentOn = new();
        bool waited = false;
        end.Token.UnsafeRegister(
            _ =>
            {
                inCallback.Set();
                waited = readerWentOn.Wait(TimeSpan.FromSeconds(30));
            },
            null);
        Task closing = Task.Run(transport.Cancel, TestContext.Current.CancellationToken);
        inCallback.Wait(TestContext.Current.CancellationToken);
        end.OnLost(new IOException("reset"));
        readerWentOn.Set();
        await closing;
        Assert.True(waited);
    }
}

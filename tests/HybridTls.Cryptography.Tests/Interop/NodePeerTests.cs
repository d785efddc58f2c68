using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class NodePeerTests
{
    [Fact]
    public async Task A_script_reports_events_and_answers_requests_in_order()
    {
        await using NodePeer peer = NodePeer.Start("echo.js", "a", "b c");
        JsonElement started = await peer.WaitForAsync("started");
        Assert.Equal(["a", "b c"], started.GetProperty("arguments").EnumerateArray().Select(e => e.GetString()!));

        JsonElement[] answers = await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(i => peer.RequestAsync(new JsonObject { ["op"] = "echo", ["value"] = i })));
        Assert.Equal(Enumerable.Range(0, 1000), answers.Select(e => e.GetProperty("value").GetInt32()));
        Assert.Equal(0, await peer.StopAsync());
    }

    [Fact]
    public async Task Events_passed_over_are_kept_for_later_waits()
    {
        await using NodePeer peer = NodePeer.Start("echo.js");
        foreach (string name in (string[])["first", "second"])
            await peer.RequestAsync(new JsonObject { ["op"] = "report", ["name"] = name });
        await peer.WaitForAsync("second");
        await peer.WaitForAsync("first");
    }

    [Fact]
    public async Task A_failing_operation_carries_the_scripts_own_words()
    {
        await using NodePeer peer = NodePeer.Start("echo.js");
        Exception failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => peer.RequestAsync(new JsonObject { ["op"] = "fail", ["message"] = "on purpose" }));
        Assert.Contains("on purpose", failure.Message);
    }

    [Fact]
    public async Task A_dead_script_fails_every_wait_and_shows_its_standard_error()
    {
        await using NodePeer peer = NodePeer.Start("echo.js");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => peer.RequestAsync(new JsonObject { ["op"] = "crash", ["message"] = "last words" }));
        Exception failure = await Assert.ThrowsAsync<InvalidOperationException>(() => peer.WaitForAsync("never"));
        Assert.Contains("last words", failure.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => peer.RequestAsync(new JsonObject { ["op"] = "echo", ["value"] = 1 }));
    }

    [Fact]
    public async Task A_stalled_script_is_given_up_after_the_time_limit()
    {
        await using NodePeer peer = NodePeer.Start("echo.js");
        await peer.WaitForAsync("started");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => peer.RequestAsync(new JsonObject { ["op"] = "stall" }, TimeSpan.FromMilliseconds(200)));
    }
}

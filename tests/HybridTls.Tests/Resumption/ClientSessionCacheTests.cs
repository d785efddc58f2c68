using HybridTls.Resumption;

namespace HybridTls.Tests.Resumption;

/// <summary>The client's cache: bounded, newest first, each session once, safe for any number of threads.</summary>
public sealed class ClientSessionCacheTests
{
    [Fact]
    public void The_newest_session_comes_first_and_each_once()
    {
        using ClientSessionCache cache = new();
        ClientSession[] sessions = [Session(), Session(), Session()];
        foreach (ClientSession session in sessions)
            cache.Add("a", session);
        Assert.Null(cache.Take("b"));
        Assert.Equal([sessions[2], sessions[1], sessions[0]], [cache.Take("a")!, cache.Take("a")!, cache.Take("a")!]);
        Assert.Null(cache.Take("a"));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void The_oldest_session_of_a_server_gives_way_and_is_zeroed()
    {
        using ClientSessionCache cache = new(maxSessionsPerServer: 2);
        ClientSession[] sessions = [Session(), Session(), Session()];
        foreach (ClientSession session in sessions)
            cache.Add("a", session);
        Assert.Equal(2, cache.Count);
        Assert.Throws<ObjectDisposedException>(() => sessions[0].UsePsk());
    }

    [Fact]
    public void The_server_that_was_not_used_for_longest_gives_way()
    {
        using ClientSessionCache cache = new(maxServers: 2);
        ClientSession forgotten = Session();
        cache.Add("a", Session());
        cache.Add("b", forgotten);
        cache.Add("a", Session());
        cache.Add("c", Session());
        Assert.Null(cache.Take("b"));
        Assert.Throws<ObjectDisposedException>(() => forgotten.UsePsk());
        Assert.NotNull(cache.Take("a"));
        Assert.NotNull(cache.Take("a"));
        Assert.NotNull(cache.Take("c"));
    }

    [Fact]
    public void A_session_can_be_given_out_more_than_once_each_time_as_a_copy()
    {
        using ClientSessionCache cache = new(singleUse: false);
        cache.Add("a", Session());
        using ClientSession first = cache.Take("a")!;
        first.Dispose();
        using ClientSession second = cache.Take("a")!;
        Assert.Equal(1, cache.Count);
        using var psk = second.UsePsk();
        Assert.Equal(7, psk.Bytes[0]);
    }

    [Fact]
    public void Clearing_and_disposing_zero_every_session()
    {
        ClientSessionCache cache = new();
        ClientSession[] sessions = [Session(), Session(), Session()];
        cache.Add("a", sessions[0]);
        cache.Clear();
        cache.Add("b", sessions[1]);
        cache.Dispose();
        cache.Add("c", sessions[2]);
        Assert.Equal(0, cache.Count);
        Assert.All(sessions, static session => Assert.Throws<ObjectDisposedException>(() => session.UsePsk()));
    }

    [Fact]
    public void Threads_neither_lose_nor_share_a_session()
    {
        using ClientSessionCache cache = new(maxServers: 8, maxSessionsPerServer: 1000);
        int added = 0, taken = 0;
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                cache.Add($"server {i % 8}", Session());
                Interlocked.Increment(ref added);
                if (cache.Take($"server {(i + thread) % 8}") is { } session)
                {
                    session.UsePsk().Dispose(); // nobody else has disposed of it
                    session.Dispose();
                    Interlocked.Increment(ref taken);
                }
            }
        });
        Assert.Equal(added, taken + cache.Count);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void The_bounds_are_positive(int servers, int sessions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClientSessionCache(servers, sessions));

    private static ClientSession Session() => new([7, 7, 7])
    {
        Times = new SessionTimes(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1), 0),
        Ticket = new byte[] { 1 },
    };
}

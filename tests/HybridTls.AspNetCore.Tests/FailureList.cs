using HybridTls.AspNetCore;
using HybridTls.Connections;

namespace HybridTls.Tests.AspNetCore;

/// <summary>The handshakes that failed, as the host is told of them.</summary>
internal sealed class FailureList : IDisposable
{
    private readonly List<FailedHandshake> _all = [];
    private readonly SemaphoreSlim _added = new(0);

    public int Count => All.Count;

    public IReadOnlyList<FailedHandshake> All
    {
        get
        {
            lock (_all)
                return [.. _all];
        }
    }

    public IEnumerable<HandshakeFailureReason> Reasons => All.Select(static failure => failure.Reason);

    public void Add(FailedHandshake failure)
    {
        lock (_all)
            _all.Add(failure);
        _added.Release();
    }

    public async Task WaitForAsync(int count)
    {
        while (Count < count)
            Assert.True(await _added.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken), "no further handshake failed");
    }

    public void Dispose() => _added.Dispose();
}

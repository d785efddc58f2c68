using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace HybridTls.Load.Tests;

/// <summary>Blocks as large as Kestrel's, which are counted, and left to the collector when they come back.</summary>
internal sealed class CountingMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public override int MaxBufferSize => 4096;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        Interlocked.Increment(ref _rented);
        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingMemoryPool pool) : IMemoryOwner<byte>
    {
        private byte[]? _memory = new byte[4096];

        public Memory<byte> Memory => _memory;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _memory, null) is not null)
                Interlocked.Decrement(ref pool._rented);
        }
    }
}

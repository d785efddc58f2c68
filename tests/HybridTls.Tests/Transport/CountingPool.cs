using System.Buffers;

namespace HybridTls.Tests.Transport;

/// <summary>
/// A pool that knows how many blocks are out, and whether one was given back twice or written to after it was given back.
/// </summary>
internal sealed class CountingPool(int maxBufferSize = int.MaxValue) : MemoryPool<byte>
{
    private int _out;
    private int _rented;

    public int Out => Volatile.Read(ref _out);

    public int Rented => Volatile.Read(ref _rented);

    public override int MaxBufferSize => maxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Assert.True(minBufferSize <= maxBufferSize);
        Interlocked.Increment(ref _out);
        Interlocked.Increment(ref _rented);
        return new Block(this, new byte[Math.Max(minBufferSize, 16)]);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingPool pool, byte[] array) : IMemoryOwner<byte>
    {
        private int _disposed;

        public Memory<byte> Memory => array;

        public void Dispose()
        {
            Assert.Equal(0, Interlocked.Exchange(ref _disposed, 1));
            array.AsSpan().Fill(0xEE); // whoever still looks at it sees that
            Interlocked.Decrement(ref pool._out);
        }
    }
}

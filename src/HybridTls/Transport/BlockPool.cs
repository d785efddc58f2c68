using System.Buffers;

namespace HybridTls.Transport;

/// <summary>
/// Rents memory for plaintext: from the given pool as far as its blocks are large enough, otherwise from the shared array pool.
/// </summary>
/// <remarks>The shared memory pool allocates an owner for each block, so arrays take its place. Used by one side of a connection.</remarks>
internal sealed class BlockPool(MemoryPool<byte>? pool)
{
    private readonly MemoryPool<byte>? _pool = ReferenceEquals(pool, MemoryPool<byte>.Shared) ? null : pool;

    /// <summary>How many blocks are rented now.</summary>
    public int Rented { get; private set; }

    /// <summary>Rents at least <paramref name="size"/> bytes.</summary>
    /// <param name="size">The least size in bytes.</param>
    /// <param name="owner">What <see cref="Return"/> needs.</param>
    public Memory<byte> Rent(int size, out object owner)
    {
        Rented++;
        if (_pool is not null && size <= _pool.MaxBufferSize)
        {
            IMemoryOwner<byte> block = _pool.Rent(size);
            owner = block;
            return block.Memory;
        }

        byte[] array = ArrayPool<byte>.Shared.Rent(size);
        owner = array;
        return array;
    }

    /// <summary>Gives a block back.</summary>
    public void Return(object owner)
    {
        Rented--;
        if (owner is byte[] array)
            ArrayPool<byte>.Shared.Return(array);
        else
            ((IMemoryOwner<byte>)owner).Dispose();
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// The one owner of secrets: native memory, aligned to cache lines, never copied by the collector, zeroed before it is freed, by a critical
/// finalizer if nobody disposes of it. The count of users that a <see cref="SafeHandle"/> keeps lets a key be disposed while other threads
/// use it: were it zeroed under a running ML-DSA signature, that could go out with a mask that anyone can compute, and give the key away.
/// </summary>
/// <remarks>
/// <para>Native rather than pinned: a pinned array of 8 kB costs 3.0 µs and a later collection, this 0.13 µs.</para>
/// <para>A span over it does not keep it alive, as one over an array would: whoever holds one also holds the owner, until after its last use
/// (<c>using</c>, <see cref="Enter"/>, or <see cref="GC.KeepAlive"/>).</para>
/// </remarks>
internal sealed unsafe class SecretMemory : SafeHandle
{
    private const int Alignment = 64;
    private int _size;
    private bool _disposed;

    /// <summary>Allocates memory, not cleared.</summary>
    /// <param name="size">The size in bytes.</param>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public SecretMemory(int size)
        : base(0, ownsHandle: true)
    {
        _size = size;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)Math.Max(size, 1), Alignment));
    }

    /// <summary>Is shown the memory after it was zeroed and before it is freed on this thread: the seam of the tests that scan it.</summary>
    [field: ThreadStatic]
    public static Action<ReadOnlySpan<byte>>? Zeroed { get; set; }

    /// <summary>As <see cref="Zeroed"/>, for memory that the finalizer frees, on its thread.</summary>
    public static Action<ReadOnlySpan<byte>>? Finalized { get; set; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The memory, for its one user; where there may be several, each calls <see cref="Enter"/>.</summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Unchecked;
        }
    }

    private Span<byte> Unchecked => new((void*)handle, _size);

    /// <summary>Allocates memory and clears it.</summary>
    /// <param name="size">The size in bytes; zero is allowed.</param>
    public static SecretMemory Cleared(int size)
    {
        SecretMemory memory = new(size);
        memory.Unchecked.Clear();
        return memory;
    }

    /// <summary>Allocates memory for a copy of <paramref name="source"/>.</summary>
    public static SecretMemory CopyOf(ReadOnlySpan<byte> source)
    {
        SecretMemory copy = new(source.Length);
        source.CopyTo(copy.Unchecked);
        return copy;
    }

    /// <summary>Keeps the first <paramref name="length"/> bytes of what was asked for.</summary>
    public void Shrink(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_size);
        CryptographicOperations.ZeroMemory(Unchecked[length..]);
        _size = length;
    }

    /// <summary>Keeps the memory alive until the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException"><see cref="SafeHandle.Dispose()"/> was called.</exception>
    public Use Enter()
    {
        // The base class refuses nothing before the last use has ended: uses that overlap would keep a disposed key alive for ever.
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        bool entered = false;
        DangerousAddRef(ref entered);
        return new Use(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Volatile.Write(ref _disposed, true);
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(Unchecked);
        Zeroed?.Invoke(Unchecked);
        if (!_disposed)
            Finalized?.Invoke(Unchecked);
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    /// <summary>One use of the memory.</summary>
    internal readonly ref struct Use(SecretMemory memory)
    {
        private readonly SecretMemory _memory = memory;

        /// <summary>The memory.</summary>
        public Span<byte> Bytes => _memory.Unchecked;

        /// <summary>Ends the use; the last one after disposal zeroes and frees the memory.</summary>
        public void Dispose() => _memory.DangerousRelease();
    }
}

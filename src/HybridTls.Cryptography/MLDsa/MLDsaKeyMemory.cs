using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// The native memory of a signing key: aligned to cache lines, never copied by the collector, zeroed before it is freed. The count
/// of users that a <see cref="SafeHandle"/> keeps lets a key be disposed while other threads sign: were it zeroed under a running
/// signature, that could go out with a mask that anyone can compute, and give the key away.
/// </summary>
internal sealed unsafe class MLDsaKeyMemory : SafeHandle
{
    private const int PolynomialsSize = MLDsaExpandedKey.Coefficients * sizeof(int);
    private const int Size = PolynomialsSize + MLDsa65.PrivateKeySize;

    /// <summary>Allocates the memory of one key.</summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public MLDsaKeyMemory()
        : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AlignedAlloc(Size, MLDsaMemory.Alignment));

    /// <summary>Is shown what this thread has zeroed, before it is freed: the seam of the test that scans it.</summary>
    [field: ThreadStatic]
    public static Action<ReadOnlySpan<byte>>? Zeroed { get; set; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The key, for its maker, whom nobody can dispose of it yet; everyone else calls <see cref="Enter"/>.</summary>
    public MLDsaExpandedKey Key => new(
        new Span<int>((void*)handle, MLDsaExpandedKey.Coefficients),
        new Span<byte>((byte*)handle + PolynomialsSize, MLDsa65.PrivateKeySize));

    /// <summary>Keeps the memory alive until the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The memory is released, or about to be.</exception>
    public Use Enter()
    {
        bool entered = false;
        DangerousAddRef(ref entered);
        return new Use(this);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Span<byte> memory = new((void*)handle, Size);
        CryptographicOperations.ZeroMemory(memory);
        Zeroed?.Invoke(memory);
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    /// <summary>One use of the memory.</summary>
    internal readonly ref struct Use(MLDsaKeyMemory memory)
    {
        private readonly MLDsaKeyMemory _memory = memory;

        /// <summary>The key.</summary>
        public MLDsaExpandedKey Key => _memory.Key;

        /// <summary>Ends the use; the last one after the key's disposal zeroes the memory.</summary>
        public void Dispose() => _memory.DangerousRelease();
    }
}

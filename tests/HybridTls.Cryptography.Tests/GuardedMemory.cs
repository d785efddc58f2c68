using System.Runtime.InteropServices;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>
/// Memory between two pages that nobody may touch: reading or writing one byte beyond it ends the process. A vector that is
/// loaded or stored past a caller's span, which an array on the heap would hide, shows here. Linux only.
/// </summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const int None = 0;
    private const int ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 0x02 | 0x20;

    private readonly nint _mapping;
    private readonly nuint _mapped;
    private readonly byte* _start;
    private readonly int _size;

    /// <summary>Allocates memory, zeroed.</summary>
    /// <param name="size">The size in bytes.</param>
    /// <param name="atEnd">Whether its last byte, rather than its first one, lies beside a guard.</param>
    public GuardedMemory(int size, bool atEnd)
    {
        int page = Environment.SystemPageSize;
        int inner = (size + page) / page * page;
        _mapped = (nuint)(inner + (2 * page));
        _mapping = Map(0, _mapped, None, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, _mapping);
        Assert.Equal(0, Protect(_mapping + page, (nuint)inner, ReadWrite));
        _start = (byte*)_mapping + page + (atEnd ? inner - size : 0);
        _size = size;
    }

    /// <summary>Whether such memory can be had here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The memory.</summary>
    public Span<byte> Span => new(_start, _size);

    /// <inheritdoc/>
    public void Dispose() => Assert.Equal(0, Unmap(_mapping, _mapped));

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nuint length);
}

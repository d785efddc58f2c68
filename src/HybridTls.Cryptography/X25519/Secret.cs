using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Clears secret intermediate values on the stack in a way that the compiler keeps.</summary>
internal static class Secret
{
    /// <summary>Overwrites a value with zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Clear<T>(ref T value)
        where T : unmanaged =>
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<T>(ref value)));

    /// <summary>Overwrites values with zeros.</summary>
    public static void Clear<T>(Span<T> values)
        where T : unmanaged =>
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));

    /// <summary>Overwrites the stack below the caller, where the functions that it called left their intermediate values.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static void ClearStack()
    {
        Span<byte> frames = stackalloc byte[2048];
        CryptographicOperations.ZeroMemory(frames);
    }
}

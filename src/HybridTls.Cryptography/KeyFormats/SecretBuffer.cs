using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Secret bytes in pinned memory, so that the collector leaves no copies; zeroed when disposed.</summary>
internal sealed class SecretBuffer(int capacity) : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(capacity, pinned: true);
    private int _length = capacity;

    /// <summary>The bytes.</summary>
    public Span<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Holds a copy of <paramref name="source"/>.</summary>
    public static SecretBuffer CopyOf(ReadOnlySpan<byte> source)
    {
        SecretBuffer copy = new(source.Length);
        source.CopyTo(copy._bytes);
        return copy;
    }

    /// <summary>Keeps the first <paramref name="length"/> bytes of what was asked for.</summary>
    public void Shrink(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(length));
        _length = length;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Messages;

/// <summary>A list of code points of two bytes, read in place: cipher suites, groups, signature schemes, versions.</summary>
/// <remarks>Values that <typeparamref name="T"/> does not define (unknown, GREASE) are kept as they are.</remarks>
/// <typeparam name="T">An enumeration over <see cref="ushort"/>.</typeparam>
internal readonly ref struct CodePointList<T>
    where T : unmanaged, Enum
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Takes the content of a vector.</summary>
    /// <exception cref="HybridTlsException">The number of bytes is odd (decode_error).</exception>
    public CodePointList(ReadOnlySpan<byte> bytes, string structure, FailureReason reason)
    {
        if (bytes.Length % 2 != 0)
            TlsError.Throw(reason, structure, $"a list of two-byte values with {bytes.Length} bytes");
        _bytes = bytes;
    }

    /// <summary>The number of code points.</summary>
    public int Count => _bytes.Length / 2;

    /// <summary>The encoded list.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The code point at <paramref name="index"/>.</summary>
    public T this[int index] => Unsafe.BitCast<ushort, T>(BinaryPrimitives.ReadUInt16BigEndian(_bytes[(2 * index)..]));

    /// <summary>Whether <paramref name="value"/> is in the list.</summary>
    public bool Contains(T value) => IndexOf(value) >= 0;

    /// <summary>The index of <paramref name="value"/>, or −1: the order is the peer's preference.</summary>
    public int IndexOf(T value)
    {
        // A list may have 32,767 elements and be searched for each of the peer's shares: this searches many at a time.
        ushort wanted = Unsafe.BitCast<T, ushort>(value);
        ushort encoded = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(wanted) : wanted;
        return MemoryMarshal.Cast<byte, ushort>(_bytes).IndexOf(encoded);
    }

    /// <summary>Enumerates the code points in order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Writes code points without a length.</summary>
    internal static void Write(TlsWriter writer, scoped ReadOnlySpan<T> values)
    {
        foreach (T value in values)
            writer.WriteUInt16(Unsafe.BitCast<T, ushort>(value));
    }

    /// <summary>The enumerator of a <see cref="CodePointList{T}"/>.</summary>
    public ref struct Enumerator
    {
        private readonly CodePointList<T> _list;
        private int _index;

        internal Enumerator(CodePointList<T> list)
        {
            _list = list;
            _index = -1;
        }

        /// <summary>The code point.</summary>
        public readonly T Current => _list[_index];

        /// <summary>Moves on.</summary>
        public bool MoveNext() => ++_index < _list.Count;
    }
}

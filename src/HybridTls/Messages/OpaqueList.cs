namespace HybridTls.Messages;

/// <summary>A list of opaque vectors, read in place, in an extension: protocol names, distinguished names, binders.</summary>
internal readonly ref struct OpaqueList
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _wide;

    private OpaqueList(ReadOnlySpan<byte> bytes, bool wide, int count)
    {
        _bytes = bytes;
        _wide = wide;
        Count = count;
    }

    /// <summary>The number of vectors.</summary>
    public int Count { get; }

    /// <summary>The encoded list.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The vector at <paramref name="index"/>, which is less than <see cref="Count"/>; a walk through the list.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            foreach (ReadOnlySpan<byte> item in this)
            {
                if (index-- == 0)
                    return item;
            }

            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>Takes the content of a vector of vectors with uint8 lengths of at least <paramref name="minimum"/> bytes.</summary>
    /// <exception cref="HybridTlsException">A vector is too short or cut off (decode_error).</exception>
    public static OpaqueList Parse8(ReadOnlySpan<byte> bytes, int minimum, string structure) =>
        Parse(bytes, wide: false, minimum, structure);

    /// <summary>Takes the content of a vector of vectors with uint16 lengths of at least <paramref name="minimum"/> bytes.</summary>
    /// <exception cref="HybridTlsException">A vector is too short or cut off (decode_error).</exception>
    public static OpaqueList Parse16(ReadOnlySpan<byte> bytes, int minimum, string structure) =>
        Parse(bytes, wide: true, minimum, structure);

    /// <summary>Whether one of the vectors equals <paramref name="value"/>.</summary>
    public bool Contains(ReadOnlySpan<byte> value)
    {
        foreach (ReadOnlySpan<byte> item in this)
        {
            if (item.SequenceEqual(value))
                return true;
        }

        return false;
    }

    /// <summary>Enumerates the vectors in order.</summary>
    public Enumerator GetEnumerator() => new(_bytes, _wide);

    private static OpaqueList Parse(ReadOnlySpan<byte> bytes, bool wide, int minimum, string structure)
    {
        int count = 0;
        var reader = new TlsReader(bytes, structure, FailureReason.MalformedExtension);
        for (; !reader.IsEmpty; count++)
        {
            if (wide)
                reader.ReadVector16(minimum);
            else
                reader.ReadVector8(minimum);
        }

        return new OpaqueList(bytes, wide, count);
    }

    /// <summary>The enumerator of an <see cref="OpaqueList"/>.</summary>
    public ref struct Enumerator
    {
        private readonly bool _wide;
        private TlsReader _reader;

        internal Enumerator(ReadOnlySpan<byte> bytes, bool wide)
        {
            _reader = new TlsReader(bytes, nameof(OpaqueList));
            _wide = wide;
            Current = default;
        }

        /// <summary>The content of the vector.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.IsEmpty)
                return false;
            Current = _wide ? _reader.ReadVector16() : _reader.ReadVector8();
            return true;
        }
    }
}

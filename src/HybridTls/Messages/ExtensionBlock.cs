using System.Runtime.CompilerServices;

namespace HybridTls.Messages;

/// <summary>The extensions of one message (RFC 9846 §4.3), read in place: one walk finds where each lies.</summary>
internal readonly ref struct ExtensionBlock
{
    /// <summary>The number of extensions that a block may have. Browsers send about twenty; more than this serves nobody.</summary>
    public const int MaxCount = 64;

    private readonly Index _index;

    private ExtensionBlock(ReadOnlySpan<byte> bytes, ExtensionSet types, int count, scoped in Index index)
    {
        Bytes = bytes;
        Types = types;
        Count = count;
        _index = index;
    }

    /// <summary>The encoded extensions, without the length before them.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The types that occur.</summary>
    public ExtensionSet Types { get; }

    /// <summary>The number of extensions.</summary>
    public int Count { get; }

    /// <summary>Takes the content of an extensions vector of the message <paramref name="context"/>; the contents are the message's to read.</summary>
    /// <exception cref="HybridTlsException">
    /// A length lies (decode_error); a type occurs twice, a recognised type does not belong in this message, there are more than
    /// <see cref="MaxCount"/> (illegal_parameter).
    /// </exception>
    public static ExtensionBlock Parse(ReadOnlySpan<byte> bytes, ExtensionContext context)
    {
        ExtensionBlock block = ParseStructure(bytes);
        ExtensionRules.ThrowIfMisplaced(block.Types, context);
        return block;
    }

    /// <summary>As <see cref="Parse"/>, for a message that may be of an older version: the places are not judged.</summary>
    public static ExtensionBlock ParseStructure(ReadOnlySpan<byte> bytes)
    {
        // Types of 64 and more have no bit in the set; they are few, so each is compared with those before it.
        Span<ExtensionType> others = stackalloc ExtensionType[MaxCount];
        int otherCount = 0;
        int count = 0;
        ExtensionSet types = default;
        Index index = default;
        var reader = new TlsReader(bytes, "extensions");
        for (; !reader.IsEmpty; count++)
        {
            var type = (ExtensionType)reader.ReadUInt16();
            int length = reader.ReadVector16().Length;
            if (count == MaxCount)
                TlsError.Throw(FailureReason.TooManyExtensions, MaxCount); // HT-MSG-3
            if (types.Contains(type) || others[..otherCount].Contains(type))
                TlsError.Throw(FailureReason.DuplicateExtension, type); // HT-MSG-2
            if ((ushort)type >= 64)
                others[otherCount++] = type;
            else
                index[(int)type] = new Place((ushort)(bytes.Length - reader.Remaining.Length - length), (ushort)length);
            types = types.With(type);
        }

        return new ExtensionBlock(bytes, types, count, index);
    }

    /// <summary>Finds an extension: one of a type below 64 without a walk.</summary>
    public bool TryGet(ExtensionType type, out ReadOnlySpan<byte> data)
    {
        data = default;
        if ((ushort)type < 64)
        {
            if (!Types.Contains(type))
                return false;
            data = Bytes.Slice(_index[(int)type].Start, _index[(int)type].Length);
            return true;
        }

        foreach (Extension extension in this)
        {
            if (extension.Type == type)
            {
                data = extension.Data;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an extension is there.</summary>
    public bool Contains(ExtensionType type) => (ushort)type < 64 ? Types.Contains(type) : TryGet(type, out _);

    /// <summary>Whether <paramref name="type"/>, which is there, is the last extension.</summary>
    public bool IsLast(ExtensionType type) => _index[(int)type].Start + _index[(int)type].Length == Bytes.Length;

    /// <summary>Enumerates the extensions in order.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>The enumerator of an <see cref="ExtensionBlock"/>.</summary>
    public ref struct Enumerator
    {
        private TlsReader _reader;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _reader = new TlsReader(bytes, "extensions");
            Current = default;
        }

        /// <summary>The extension.</summary>
        public Extension Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.IsEmpty)
                return false;
            var type = (ExtensionType)_reader.ReadUInt16();
            Current = new Extension(type, _reader.ReadVector16());
            return true;
        }
    }

    /// <summary>Where the content of an extension lies: a block has fewer than 2^16 bytes.</summary>
    private readonly record struct Place(ushort Start, ushort Length);

    /// <summary>The places of the types below 64; those of types that do not occur mean nothing.</summary>
    [InlineArray(64)]
    private struct Index
    {
        private Place _first;
    }
}

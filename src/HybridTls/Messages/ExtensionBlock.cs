namespace HybridTls.Messages;

/// <summary>The extensions of one message (RFC 9846 §4.3), read in place and checked when parsed.</summary>
internal readonly ref struct ExtensionBlock
{
    /// <summary>The number of extensions that a block may have. Browsers send about twenty; more than this serves nobody.</summary>
    public const int MaxCount = 64;

    private ExtensionBlock(ReadOnlySpan<byte> bytes, ExtensionSet types, int count)
    {
        Bytes = bytes;
        Types = types;
        Count = count;
    }

    /// <summary>The encoded extensions, without the length before them.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The types that occur.</summary>
    public ExtensionSet Types { get; }

    /// <summary>The number of extensions.</summary>
    public int Count { get; }

    /// <summary>Takes the content of an extensions vector and checks all of it for the message <paramref name="context"/>.</summary>
    /// <exception cref="HybridTlsException">
    /// A length lies or an extension's content does not parse (decode_error); a type occurs twice, a recognised type does not belong
    /// into this message, a value is not allowed, there are more than <see cref="MaxCount"/> (illegal_parameter).
    /// </exception>
    public static ExtensionBlock Parse(ReadOnlySpan<byte> bytes, ExtensionContext context)
    {
        ExtensionBlock block = ParseStructure(bytes);
        block.Validate(context);
        return block;
    }

    /// <summary>Takes the content of an extensions vector and checks lengths, duplicates and the number, not the contents.</summary>
    public static ExtensionBlock ParseStructure(ReadOnlySpan<byte> bytes)
    {
        // Types of 64 and more have no bit in the set; they are few, so each is compared with those before it.
        Span<ExtensionType> others = stackalloc ExtensionType[MaxCount];
        int otherCount = 0;
        int count = 0;
        ExtensionSet types = default;
        var reader = new TlsReader(bytes, "extensions");
        for (; !reader.IsEmpty; count++)
        {
            var type = (ExtensionType)reader.ReadUInt16();
            reader.ReadVector16();
            if (count == MaxCount)
                TlsError.Throw(FailureReason.TooManyExtensions, MaxCount);
            if (types.Contains(type) || others[..otherCount].Contains(type))
                TlsError.Throw(FailureReason.DuplicateExtension, type);
            if ((ushort)type >= 64)
                others[otherCount++] = type;
            types = types.With(type);
        }

        return new ExtensionBlock(bytes, types, count);
    }

    /// <summary>Checks that each recognised extension belongs into the message and that its content parses.</summary>
    public void Validate(ExtensionContext context)
    {
        try
        {
            foreach (Extension extension in this)
                ExtensionRules.Validate(context, extension.Type, extension.Data);
        }
        catch (HybridTlsException exception) when (exception.Reason == FailureReason.MalformedMessage)
        {
            throw exception.As(FailureReason.MalformedExtension);
        }
    }

    /// <summary>Finds an extension.</summary>
    public bool TryGet(ExtensionType type, out ReadOnlySpan<byte> data)
    {
        if (Types.Contains(type) || (ushort)type >= 64)
        {
            foreach (Extension extension in this)
            {
                if (extension.Type == type)
                {
                    data = extension.Data;
                    return true;
                }
            }
        }

        data = default;
        return false;
    }

    /// <summary>Whether an extension is there.</summary>
    public bool Contains(ExtensionType type) => TryGet(type, out _);

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
}

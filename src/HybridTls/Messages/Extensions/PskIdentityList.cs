namespace HybridTls.Messages;

/// <summary>The identities of pre_shared_key (RFC 9846 §4.3.11), read in place.</summary>
internal readonly ref struct PskIdentityList
{
    private PskIdentityList(ReadOnlySpan<byte> bytes, int count)
    {
        Bytes = bytes;
        Count = count;
    }

    /// <summary>The encoded list.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The number of identities.</summary>
    public int Count { get; }

    /// <summary>Takes the content of the identities vector.</summary>
    /// <exception cref="HybridTlsException">An identity is empty or cut off (decode_error).</exception>
    public static PskIdentityList Parse(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        var reader = new TlsReader(bytes, "pre_shared_key", FailureReason.MalformedExtension);
        for (; !reader.IsEmpty; count++)
        {
            reader.ReadVector16(minimum: 1);
            reader.ReadUInt32();
        }

        return new PskIdentityList(bytes, count);
    }

    /// <summary>Enumerates the identities in order.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>The enumerator of a <see cref="PskIdentityList"/>.</summary>
    public ref struct Enumerator
    {
        private TlsReader _reader;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _reader = new TlsReader(bytes, "pre_shared_key", FailureReason.MalformedExtension);
            Current = default;
        }

        /// <summary>The identity.</summary>
        public PskIdentity Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.IsEmpty)
                return false;
            ReadOnlySpan<byte> identity = _reader.ReadVector16();
            Current = new PskIdentity(identity, _reader.ReadUInt32());
            return true;
        }
    }
}

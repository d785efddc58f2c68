namespace HybridTls.Messages;

/// <summary>The client's key_share (RFC 9846 §4.3.8), read in place. It may be empty: the client asks for HelloRetryRequest.</summary>
internal readonly ref struct KeyShareList
{
    private KeyShareList(ReadOnlySpan<byte> bytes, int count)
    {
        Bytes = bytes;
        Count = count;
    }

    /// <summary>The encoded shares.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The number of shares.</summary>
    public int Count { get; }

    /// <summary>Reads the extension.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong or a share is empty (decode_error); two shares of one group (illegal_parameter).
    /// </exception>
    public static KeyShareList Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "key_share", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> bytes = reader.ReadVector16();
        reader.ExpectEnd();

        int count = 0;
        var shares = new TlsReader(bytes, "key_share", FailureReason.MalformedExtension);
        while (!shares.IsEmpty)
        {
            KeyShareEntry entry = KeyShareExtension.Read(ref shares);

            // The shares before this one are few: at least five bytes each. A list beyond the limit is refused, not searched.
            var before = new KeyShareList(bytes[..^(shares.Remaining.Length + 4 + entry.KeyExchange.Length)], count);
            if (before.TryFind(entry.Group, out _))
                TlsError.Throw(FailureReason.DuplicateKeyShare, (ushort)entry.Group);
            if (++count > ExtensionBlock.MaxCount)
                TlsError.Throw(FailureReason.TooManyKeyShares, ExtensionBlock.MaxCount);
        }

        return new KeyShareList(bytes, count);
    }

    /// <summary>Finds the share of a group.</summary>
    public bool TryFind(NamedGroup group, out ReadOnlySpan<byte> keyExchange)
    {
        foreach (KeyShareEntry entry in this)
        {
            if (entry.Group == group)
            {
                keyExchange = entry.KeyExchange;
                return true;
            }
        }

        keyExchange = default;
        return false;
    }

    /// <summary>Whether each share's group is in <paramref name="groups"/>, as §4.3.8 demands of a client.</summary>
    public bool AreAllIn(CodePointList<NamedGroup> groups)
    {
        foreach (KeyShareEntry entry in this)
        {
            if (!groups.Contains(entry.Group))
                return false;
        }

        return true;
    }

    /// <summary>Enumerates the shares in order.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>The enumerator of a <see cref="KeyShareList"/>.</summary>
    public ref struct Enumerator
    {
        private TlsReader _reader;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _reader = new TlsReader(bytes, "key_share", FailureReason.MalformedExtension);
            Current = default;
        }

        /// <summary>The share.</summary>
        public KeyShareEntry Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.IsEmpty)
                return false;
            Current = KeyShareExtension.Read(ref _reader);
            return true;
        }
    }
}

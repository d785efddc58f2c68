namespace HybridTls.Messages;

/// <summary>The entries of a Certificate message (RFC 9846 §4.5.1), read in place.</summary>
internal readonly ref struct CertificateEntryList
{
    private CertificateEntryList(ReadOnlySpan<byte> bytes, int count)
    {
        Bytes = bytes;
        Count = count;
    }

    /// <summary>The encoded list.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>Takes the content of the certificate_list vector and checks all entries.</summary>
    /// <exception cref="HybridTlsException">
    /// An entry is empty or cut off (decode_error); its extensions are wrong, as <see cref="ExtensionBlock.Parse"/> says.
    /// </exception>
    public static CertificateEntryList Parse(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        var reader = new TlsReader(bytes, "Certificate");
        for (; !reader.IsEmpty; count++)
            CertificateEntry.Read(ref reader);
        return new CertificateEntryList(bytes, count);
    }

    /// <summary>Enumerates the entries, the end entity's first.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>The enumerator of a <see cref="CertificateEntryList"/>.</summary>
    public ref struct Enumerator
    {
        private TlsReader _reader;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _reader = new TlsReader(bytes, "Certificate");
            Current = default;
        }

        /// <summary>The entry.</summary>
        public CertificateEntry Current { get; private set; }

        /// <summary>Moves on.</summary>
        public bool MoveNext()
        {
            if (_reader.IsEmpty)
                return false;
            Current = CertificateEntry.Read(ref _reader);
            return true;
        }
    }
}

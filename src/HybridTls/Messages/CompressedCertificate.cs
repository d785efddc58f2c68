namespace HybridTls.Messages;

/// <summary>CompressedCertificate (RFC 8879 §4), read in place. What it holds is only as good as its decompression.</summary>
internal readonly ref struct CompressedCertificate
{
    private CompressedCertificate(CertificateCompressionAlgorithm algorithm, int uncompressedLength, ReadOnlySpan<byte> data)
    {
        Algorithm = algorithm;
        UncompressedLength = uncompressedLength;
        Data = data;
    }

    /// <summary>The algorithm.</summary>
    public CertificateCompressionAlgorithm Algorithm { get; }

    /// <summary>The length in bytes that the sender claims for the Certificate body: to be bounded before memory is taken.</summary>
    public int UncompressedLength { get; }

    /// <summary>The compressed Certificate body.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or nothing is compressed (decode_error).</exception>
    public static CompressedCertificate Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "CompressedCertificate");
        var algorithm = (CertificateCompressionAlgorithm)reader.ReadUInt16();
        int uncompressedLength = reader.ReadUInt24();
        ReadOnlySpan<byte> data = reader.ReadVector24(minimum: 1);
        reader.ExpectEnd();
        return new CompressedCertificate(algorithm, uncompressedLength, data);
    }

    /// <summary>Writes the message.</summary>
    public static void Write(
        TlsWriter writer,
        CertificateCompressionAlgorithm algorithm,
        int uncompressedLength,
        scoped ReadOnlySpan<byte> data)
    {
        using LengthScope message = writer.BeginMessage(HandshakeType.CompressedCertificate);
        writer.WriteUInt16((ushort)algorithm);
        writer.WriteUInt24(uncompressedLength);
        writer.WriteVector24(data);
    }
}

namespace HybridTls.Messages;

/// <summary>compress_certificate (RFC 8879 §3): the algorithms whose output the sender can decompress.</summary>
internal static class CompressCertificateExtension
{
    /// <summary>Reads the list.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error).</exception>
    public static CodePointList<CertificateCompressionAlgorithm> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "compress_certificate", FailureReason.MalformedExtension);
        var algorithms = new CodePointList<CertificateCompressionAlgorithm>(reader.ReadVector8(minimum: 2), "compress_certificate", FailureReason.MalformedExtension);
        reader.ExpectEnd();
        return algorithms;
    }

    /// <summary>Writes the extension.</summary>
    public static void Write(TlsWriter writer, params ReadOnlySpan<CertificateCompressionAlgorithm> algorithms)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.CompressCertificate);
        using LengthScope list = writer.BeginVector8();
        CodePointList<CertificateCompressionAlgorithm>.Write(writer, algorithms);
    }
}

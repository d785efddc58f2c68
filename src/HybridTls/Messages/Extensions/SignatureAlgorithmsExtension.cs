namespace HybridTls.Messages;

/// <summary>signature_algorithms and signature_algorithms_cert (RFC 9846 §4.3.3), which read alike.</summary>
internal static class SignatureAlgorithmsExtension
{
    /// <summary>Reads the list.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error).</exception>
    public static CodePointList<SignatureScheme> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "signature_algorithms", FailureReason.MalformedExtension);
        var schemes = new CodePointList<SignatureScheme>(reader.ReadVector16(minimum: 2), "signature_algorithms", FailureReason.MalformedExtension);
        reader.ExpectEnd();
        return schemes;
    }

    /// <summary>Writes signature_algorithms: the schemes of CertificateVerify, and of certificates if nothing else is said.</summary>
    public static void Write(TlsWriter writer, params ReadOnlySpan<SignatureScheme> schemes) =>
        Write(writer, ExtensionType.SignatureAlgorithms, schemes);

    /// <summary>Writes signature_algorithms_cert: the schemes of certificates.</summary>
    public static void WriteForCertificates(TlsWriter writer, params ReadOnlySpan<SignatureScheme> schemes) =>
        Write(writer, ExtensionType.SignatureAlgorithmsCert, schemes);

    private static void Write(TlsWriter writer, ExtensionType type, ReadOnlySpan<SignatureScheme> schemes)
    {
        using LengthScope extension = writer.BeginExtension(type);
        using LengthScope list = writer.BeginVector16();
        CodePointList<SignatureScheme>.Write(writer, schemes);
    }
}

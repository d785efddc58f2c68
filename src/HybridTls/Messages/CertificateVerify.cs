namespace HybridTls.Messages;

/// <summary>CertificateVerify (RFC 9846 §4.5.2), read in place.</summary>
internal readonly ref struct CertificateVerify
{
    private CertificateVerify(SignatureScheme algorithm, ReadOnlySpan<byte> signature)
    {
        Algorithm = algorithm;
        Signature = signature;
    }

    /// <summary>The signature scheme, which may be none of ours.</summary>
    public SignatureScheme Algorithm { get; }

    /// <summary>The signature; its length is the scheme's matter.</summary>
    public ReadOnlySpan<byte> Signature { get; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static CertificateVerify Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "CertificateVerify");
        var algorithm = (SignatureScheme)reader.ReadUInt16();
        ReadOnlySpan<byte> signature = reader.ReadVector16();
        reader.ExpectEnd();
        return new CertificateVerify(algorithm, signature);
    }

    /// <summary>Writes the message.</summary>
    public static void Write(TlsWriter writer, SignatureScheme algorithm, scoped ReadOnlySpan<byte> signature)
    {
        using LengthScope message = writer.BeginMessage(HandshakeType.CertificateVerify);
        writer.WriteUInt16((ushort)algorithm);
        writer.WriteVector16(signature);
    }
}

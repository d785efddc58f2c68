using System.Runtime.InteropServices;

namespace HybridTls.Messages;

/// <summary>client_certificate_type and server_certificate_type (RFC 7250 §3), which read alike.</summary>
internal static class CertificateTypeExtension
{
    /// <summary>Reads the client's list in order of preference; it may hold unknown types.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error); it holds only X.509 (illegal_parameter).</exception>
    public static ReadOnlySpan<CertificateType> ParseOffered(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "certificate_type", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> types = reader.ReadVector8(minimum: 1);
        reader.ExpectEnd();
        if (types is [(byte)CertificateType.X509])
            TlsError.Throw(FailureReason.CertificateTypeList);
        return MemoryMarshal.Cast<byte, CertificateType>(types);
    }

    /// <summary>Reads the server's choice.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static CertificateType ParseSelected(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "certificate_type", FailureReason.MalformedExtension);
        var type = (CertificateType)reader.ReadUInt8();
        reader.ExpectEnd();
        return type;
    }

    /// <summary>Writes the client's list; <paramref name="extension"/> is one of the two.</summary>
    public static void WriteOffered(TlsWriter writer, ExtensionType extension, params ReadOnlySpan<CertificateType> types)
    {
        using LengthScope scope = writer.BeginExtension(extension);
        writer.WriteVector8(MemoryMarshal.AsBytes(types));
    }

    /// <summary>Writes the server's choice; <paramref name="extension"/> is one of the two.</summary>
    public static void WriteSelected(TlsWriter writer, ExtensionType extension, CertificateType type) =>
        writer.WriteExtension(extension, [(byte)type]);
}

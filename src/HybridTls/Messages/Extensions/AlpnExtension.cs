using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>application_layer_protocol_negotiation (RFC 7301 §3.1): the client's list, the server's one choice.</summary>
internal static class AlpnExtension
{
    /// <summary>Reads the client's protocol names in order of preference.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong; the list or a name is empty (decode_error).</exception>
    public static OpaqueList ParseOffered(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "application_layer_protocol_negotiation", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> list = reader.ReadVector16(minimum: 2);
        reader.ExpectEnd();
        return OpaqueList.Parse8(list, minimum: 1, "application_layer_protocol_negotiation");
    }

    /// <summary>Reads the name that the server selected.</summary>
    /// <exception cref="HybridTlsException">As for a list (decode_error); not exactly one name (illegal_parameter).</exception>
    public static ReadOnlySpan<byte> ParseSelected(ReadOnlySpan<byte> data)
    {
        OpaqueList names = ParseOffered(data);
        if (names.Count != 1)
            TlsError.Throw(FailureReason.SeveralProtocols);
        return names[0];
    }

    /// <summary>Writes the client's list.</summary>
    public static void WriteOffered(TlsWriter writer, IReadOnlyList<SslApplicationProtocol> protocols)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.ApplicationLayerProtocolNegotiation);
        using LengthScope list = writer.BeginVector16();
        for (int i = 0; i < protocols.Count; i++)
            writer.WriteVector8(protocols[i].Protocol.Span);
    }

    /// <summary>Writes the server's choice.</summary>
    public static void WriteSelected(TlsWriter writer, scoped ReadOnlySpan<byte> protocol)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.ApplicationLayerProtocolNegotiation);
        using LengthScope list = writer.BeginVector16();
        writer.WriteVector8(protocol);
    }
}

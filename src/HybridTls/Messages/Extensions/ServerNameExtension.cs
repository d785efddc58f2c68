namespace HybridTls.Messages;

/// <summary>server_name (RFC 6066 §3): the client names the server; the server acknowledges with empty data.</summary>
internal static class ServerNameExtension
{
    // A DNS name has at most 253 characters (RFC 1035 §2.3.4); 255 is its wire form, which some peers count.
    private const int MaxHostNameLength = 255;
    private const byte HostNameType = 0;

    /// <summary>Reads the client's list and gives the host name; empty if the list has only names of other types.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong (decode_error); two names of one type, or a host name that is longer than 255 bytes or holds anything
    /// but printable ASCII (illegal_parameter).
    /// </exception>
    public static ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "server_name", FailureReason.MalformedExtension);
        var names = new TlsReader(reader.ReadVector16(minimum: 1), "server_name", FailureReason.MalformedExtension);
        reader.ExpectEnd();

        ReadOnlySpan<byte> hostName = default;
        while (!names.IsEmpty)
        {
            // RFC 6066 promises that names of every future type begin with a uint16 length, too.
            byte type = names.ReadUInt8();
            ReadOnlySpan<byte> name = names.ReadVector16(minimum: 1);
            if (type != HostNameType)
                continue;
            if (!hostName.IsEmpty)
                TlsError.Throw(FailureReason.SeveralHostNames);
            if (name.Length > MaxHostNameLength || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
                TlsError.Throw(FailureReason.MalformedHostName);
            hostName = name;
        }

        return hostName;
    }

    /// <summary>Reads the server's acknowledgement, which is empty.</summary>
    /// <exception cref="HybridTlsException">It is not empty (decode_error).</exception>
    public static void ParseAcknowledgement(ReadOnlySpan<byte> data) => new TlsReader(data, "server_name", FailureReason.MalformedExtension).ExpectEnd();

    /// <summary>Writes the client's extension with one host name in its ASCII form, without trailing dot.</summary>
    public static void Write(TlsWriter writer, scoped ReadOnlySpan<byte> hostName)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.ServerName);
        using LengthScope list = writer.BeginVector16();
        writer.WriteUInt8(HostNameType);
        writer.WriteVector16(hostName);
    }

    /// <summary>Writes the server's acknowledgement.</summary>
    public static void WriteAcknowledgement(TlsWriter writer) => writer.WriteExtension(ExtensionType.ServerName, []);
}

using System.Buffers.Binary;
using System.Net.Security;
using HybridTls.Messages;

namespace HybridTls.Tests.Handshake;

/// <summary>A message with an extension block, taken apart so that a test can change it in ways that no writer would.</summary>
internal sealed class EditableMessage
{
    private readonly HandshakeType _type;
    private readonly bool _isHello;

    public EditableMessage(byte[] message)
    {
        _type = (HandshakeType)message[0];
        ReadOnlySpan<byte> body = message.AsSpan(4);
        _isHello = _type is HandshakeType.ClientHello or HandshakeType.ServerHello;
        if (_isHello)
        {
            Version = BinaryPrimitives.ReadUInt16BigEndian(body);
            Random = body.Slice(2, 32).ToArray();
            SessionId = body.Slice(35, body[34]).ToArray();
            body = body[(35 + body[34])..];
        }

        int tail = _type switch
        {
            HandshakeType.ClientHello => 2 + BinaryPrimitives.ReadUInt16BigEndian(body) + 2,
            HandshakeType.ServerHello => 3,
            HandshakeType.CertificateRequest => 1 + body[0],
            _ => 0,
        };
        Tail = body[..tail].ToArray();
        for (body = body[(tail + 2)..]; !body.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
            Extensions.Add(((ExtensionType)BinaryPrimitives.ReadUInt16BigEndian(body), body.Slice(4, length).ToArray()));
            body = body[(4 + length)..];
        }
    }

    public ushort Version { get; set; }

    public byte[] Random { get; set; } = [];

    public byte[] SessionId { get; set; } = [];

    /// <summary>What stands between session id and extensions: suites and compression methods, or the context of a request.</summary>
    public byte[] Tail { get; set; }

    public List<(ExtensionType Type, byte[] Data)> Extensions { get; } = [];

    public byte[] this[ExtensionType type] => Extensions.Single(extension => extension.Type == type).Data;

    /// <summary>Changes a message and puts it together again.</summary>
    public static byte[] Edit(byte[] message, Action<EditableMessage> change)
    {
        EditableMessage editable = new(message);
        change(editable);
        return editable.ToArray();
    }

    /// <summary>Offers these suites (ClientHello) or selects one (ServerHello).</summary>
    public void SetSuites(params TlsCipherSuite[] suites)
    {
        byte[] encoded = [.. suites.SelectMany(static suite => (byte[])[(byte)((ushort)suite >> 8), (byte)suite])];
        Tail = _type == HandshakeType.ClientHello ? [0, (byte)encoded.Length, .. encoded, 1, 0] : [.. encoded, 0];
    }

    public void Remove(ExtensionType type) => Extensions.RemoveAll(extension => extension.Type == type);

    /// <summary>Replaces the content of an extension where it stands, or adds it at the end.</summary>
    public void Set(ExtensionType type, params byte[] data)
    {
        int index = Extensions.FindIndex(extension => extension.Type == type);
        if (index >= 0)
            Extensions[index] = (type, data);
        else
            Extensions.Add((type, data));
    }

    public byte[] ToArray()
    {
        using TlsWriter writer = new();
        using (writer.BeginMessage(_type))
        {
            if (_isHello)
            {
                writer.WriteUInt16(Version);
                writer.WriteBytes(Random);
                writer.WriteVector8(SessionId);
            }

            writer.WriteBytes(Tail);
            using (writer.BeginVector16())
            {
                foreach ((ExtensionType type, byte[] data) in Extensions)
                    writer.WriteExtension(type, data);
            }
        }

        return writer.Written.ToArray();
    }
}

using System.Buffers;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Handshake;

/// <summary>
/// Looks at the ClientHello at the beginning of a connection without taking it, to find out whether a client can be served. What the
/// client sent may lie in any number of segments and records; each byte of it is looked at once.
/// </summary>
internal sealed class ClientHelloPeek
{
    /// <summary>The most that is looked at: a message of the largest size that is read, in records that are not absurdly small.</summary>
    private const int MaxInput = 128 * 1024;

    private readonly byte[] _header = new byte[RecordLimits.HeaderSize];
    private byte[] _message = [];
    private int _length;
    private long _used;

    /// <summary>The facts of the ClientHello; null before it is there, or if it is none.</summary>
    public ClientHelloInfo? Info { get; private set; }

    /// <summary>Looks at what has come so far.</summary>
    /// <param name="input">All of it, from the beginning of the connection.</param>
    /// <param name="reason">Why the client cannot be served; <see cref="FallbackReason.None"/> if it can.</param>
    /// <returns>False if more must come first.</returns>
    public bool TryJudge(in ReadOnlySequence<byte> input, out FallbackReason reason) // HT-FALL-3
    {
        reason = FallbackReason.NoClientHello;
        for (ReadOnlySequence<byte> rest = input.Slice(_used); !IsComplete; rest = input.Slice(_used))
        {
            if (rest.IsEmpty)
                return false;
            if (rest.FirstSpan[0] != (byte)ContentType.Handshake || _used > MaxInput) // HT-FALL-4
                return true;
            if (rest.Length < RecordLimits.HeaderSize)
                return false;
            rest.Slice(0, RecordLimits.HeaderSize).CopyTo(_header);
            RecordHeader header = RecordHeader.Read(_header);
            if (_header[1] != 3 || header.Length is 0 or > RecordLimits.MaxContent)
                return true;
            if (rest.Length < header.RecordSize)
                return false;
            Append(rest.Slice(RecordLimits.HeaderSize, header.Length));
            _used += header.RecordSize;
            if (_message[0] != (byte)HandshakeType.ClientHello || MessageSize > HandshakeMessageLimits.Default.ClientHello)
                return true;
        }

        try
        {
            ClientHello hello = ClientHello.Parse(_message.AsSpan(HandshakeMessage.HeaderSize, MessageSize - HandshakeMessage.HeaderSize));
            Info = ServerNegotiation.Describe(hello);
            reason = Judge(hello);
        }
        catch (HybridTlsException)
        {
            // What is malformed is refused by whoever is behind, in his own words.
        }

        return true;
    }

    private static FallbackReason Judge(in ClientHello hello) =>
        !hello.OffersTls13 ? FallbackReason.NoTls13
        : !hello.SupportedGroups.Contains(NamedGroup.X25519MLKem768) ? FallbackReason.NoGroup
        : !hello.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65) ? FallbackReason.NoSignature
        : FallbackReason.None;

    /// <summary>The size of the message with its header, or of the header before that is there.</summary>
    private int MessageSize => _length < HandshakeMessage.HeaderSize
        ? HandshakeMessage.HeaderSize
        : HandshakeMessage.HeaderSize + (_message[1] << 16 | _message[2] << 8 | _message[3]);

    private bool IsComplete => _length >= HandshakeMessage.HeaderSize && _length >= MessageSize;

    private void Append(in ReadOnlySequence<byte> fragment)
    {
        int length = (int)fragment.Length;
        if (_message.Length - _length < length)
            Array.Resize(ref _message, Math.Max(2 * _message.Length, _length + length));
        fragment.CopyTo(_message.AsSpan(_length));
        _length += length;
    }
}

using System.Buffers;
using HybridTls.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>A peer that has the keys of an established connection and keeps to none of the rules.</summary>
internal sealed class Attacker(HandshakeMachine machine, Func<ReadOnlyMemory<byte>, ValueTask> send)
{
    private readonly ArrayBufferWriter<byte> _records = new();

    public PeerRole Role => machine.Self;

    /// <summary>A KeyUpdate, with the change of keys that belongs to it.</summary>
    public void KeyUpdate(bool requested = false) => Fragments(requested, 5);

    /// <summary>A KeyUpdate in records of so many bytes.</summary>
    public void Fragments(bool requested, int size)
    {
        foreach (byte[] fragment in ((byte[])[24, 0, 0, 1, requested ? (byte)1 : (byte)0]).Chunk(size))
            Handshake(fragment);
        HybridTls.KeySchedule.TrafficSecret secret = machine.Self == PeerRole.Client ? machine.Established.Secrets.Client : machine.Established.Secrets.Server;
        secret.Update();
        machine.Writer.SetKeys(secret.CreateProtection());
    }

    public void Ticket() => Handshake(4, 0, 0, 15, 0, 0, 1, 0, 0, 0, 0, 0, 1, 9, 0, 1, 7, 0, 0);

    public void Handshake(params ReadOnlySpan<byte> messages) => machine.Writer.WriteHandshake(_records, messages);

    /// <summary>A record of application data that holds nothing.</summary>
    public void Empty() => machine.Writer.WriteApplicationDataBorrowed(_records, new byte[1]);

    public void Data(params ReadOnlySpan<byte> data) => machine.Writer.WriteApplicationData(_records, data);

    public void Alert(TlsAlert alert) => machine.Writer.WriteAlert(_records, alert);

    /// <summary>Sends what gathered.</summary>
    public async Task SendAsync()
    {
        byte[] records = _records.WrittenSpan.ToArray();
        _records.Clear();
        await send(records);
    }
}

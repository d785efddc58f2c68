using System.Buffers;
using HybridTls.Cryptography;
using HybridTls.Records;

namespace HybridTls.Fuzz;

/// <summary>Streams of records and of handshake messages made by our writers, the same on every run.</summary>
internal static class RecordSeeds
{
    /// <summary>Records as they stand on the wire before there are keys.</summary>
    public static IEnumerable<FuzzSeed> Records()
    {
        byte[] hello = Message("client-hello-minimal");
        byte[] retry = Message("server-hello-retry");
        yield return Seed("client-hello", (writer, output) => writer.WriteHandshake(output, hello));
        yield return Seed("client-hello-in-fragments", (_, output) =>
        {
            foreach (byte[] fragment in hello.Chunk(33))
            {
                Span<byte> header = output.GetSpan(RecordLimits.HeaderSize);
                RecordHeader.Write(header, ContentType.Handshake, fragment.Length, RecordHeader.InitialVersion);
                output.Advance(RecordLimits.HeaderSize);
                output.Write(fragment);
            }
        });
        yield return Seed("retry-and-change-cipher-spec", (writer, output) =>
        {
            writer.WriteHandshake(output, retry);
            writer.WriteChangeCipherSpec(output);
        });
        yield return Seed("two-messages-in-one-record", (writer, output) =>
            writer.WriteHandshake(output, [.. retry, .. Message("key-update")]));
        yield return Seed("large-message", (writer, output) => writer.WriteHandshake(output, [11, 0, 0x50, 0, .. new byte[0x5000]]));
        yield return Seed("close-notify", (writer, output) => writer.WriteAlert(output, TlsAlert.CloseNotify));
        yield return Seed("fatal-alert", (writer, output) => writer.WriteAlert(output, TlsAlert.HandshakeFailure));
        foreach ((string name, byte type, int length) in ((string, byte, int)[])
            [
                ("plaintext-at-the-limit", 22, 0x4000), ("plaintext-beyond-the-limit", 22, 0x4001),
                ("protected-at-the-limit", 23, 0x4100), ("protected-beyond-the-limit", 23, 0x4101),
            ])
        {
            yield return new FuzzSeed(name, [type, 3, 3, (byte)(length >> 8), (byte)length]);
        }

        yield return Seed("protected", (writer, output) =>
        {
            writer.SetKeys(new RecordProtection(AeadAlgorithm.Aes128Gcm, new byte[16], new byte[12]));
            writer.WriteApplicationData(output, "hello"u8);
        });
    }

    /// <summary>Handshake messages one after the other.</summary>
    public static IEnumerable<FuzzSeed> HandshakeStreams()
    {
        yield return new("server-flight", Messages("encrypted-extensions-full", "certificate-chain", "finished-sha384"));
        yield return new("small-messages", Messages("key-update", "key-update-requested", "new-session-ticket"));
        yield return new("unfinished", Message("client-hello-minimal")[..^3]);
        yield return new("too-long", [20, 0, 1, 0]);
    }

    /// <summary>Orders for the protection target.</summary>
    public static IEnumerable<FuzzSeed> Orders()
    {
        yield return new("aes-128-gcm", [0, 4, 0, 5, 0, 0, 4, 0x40, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0]);
        yield return new("aes-256-gcm-padded", [1, 4, 0x3F, 0xFF, 255, 0, 4, 0, 0, 9, 0, 1, 0, 0, 0, 0]);
        yield return new("chacha20-poly1305-damaged", [2, 4, 1, 0, 1, 0, 4, 0, 9, 0, 7]);
        yield return new("unknown-type", [1, 11, 0, 3, 0, 0]);
    }

    private static byte[] Messages(params string[] names) => [.. names.SelectMany(Message)];

    private static byte[] Message(string name) => MessageSeeds.Messages().Single(seed => seed.Name == name).Bytes;

    private static FuzzSeed Seed(string name, Action<RecordWriter, ArrayBufferWriter<byte>> write)
    {
        using var writer = new RecordWriter();
        var output = new ArrayBufferWriter<byte>();
        write(writer, output);
        return new FuzzSeed(name, output.WrittenSpan.ToArray());
    }
}

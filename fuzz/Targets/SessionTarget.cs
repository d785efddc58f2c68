using System.Net.Security;
using HybridTls.Messages;
using HybridTls.Resumption;

namespace HybridTls.Fuzz.Targets;

/// <summary>What a server reads from a ticket that its protector opened: a protector may be a user's, and wrong.</summary>
internal static class SessionTarget
{
    /// <summary>Whatever parses is written as it was; everything else gives null, and nothing throws.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        using ServerSession? session = ServerSession.Parse(input.ToArray());
        if (session is null)
            return "none";
        using TlsWriter writer = new();
        ServerSession.Write(
            writer, session.Suite.Id, session.Psk, session.Times, session.Binding, session.PeerUsedRawPublicKey, session.PeerCertificates);

        // A boolean may have been any byte but zero: compare after reading again.
        using ServerSession? again = ServerSession.Parse(writer.Written.ToArray());
        Properties.Check(again is not null && again.Times == session.Times && again.Suite == session.Suite, "A session that was read is written and read again");
        Properties.CheckEqual(session.Psk, again!.Psk, "The key stays the same");
        Properties.CheckEqual(session.Binding, again.Binding, "The binding stays the same");
        Properties.Check(session.PeerCertificates.Count == again.PeerCertificates.Count, "The certificates stay the same");
        return $"{session.Suite.Id}, {Math.Min(session.PeerCertificates.Count, 3)} certificates";
    }

    /// <summary>Sessions without and with a client's certificates, for both hashes.</summary>
    public static IEnumerable<FuzzSeed> Seeds()
    {
        DateTimeOffset time = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        foreach ((string name, TlsCipherSuite suite, int size, int certificates, bool raw) in ((string, TlsCipherSuite, int, int, bool)[])
            [
                ("session-sha384", TlsCipherSuite.TLS_AES_256_GCM_SHA384, 48, 0, false),
                ("session-sha256-two-certificates", TlsCipherSuite.TLS_AES_128_GCM_SHA256, 32, 2, false),
                ("session-raw-public-key", TlsCipherSuite.TLS_AES_256_GCM_SHA384, 48, 1, true),
            ])
        {
            using TlsWriter writer = new();
            ServerSession.Write(
                writer,
                suite,
                MessageSeeds.Pattern(size, 1),
                new SessionTimes(time, time.AddHours(1), TimeSpan.FromHours(2), 0x01020304),
                MessageSeeds.Pattern(32, 2),
                raw,
                [.. Enumerable.Range(0, certificates).Select(static i => (ReadOnlyMemory<byte>)MessageSeeds.Pattern(40, (byte)i))]);
            yield return new FuzzSeed(name, writer.Written.ToArray());
        }
    }
}

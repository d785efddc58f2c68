using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HybridTls.KeySchedule;
using HybridTls.Records;
using HybridTls.Tests.Records;

namespace HybridTls.Tests.KeySchedule;

public class SecretScheduleTests
{
    public static TheoryData<string> Suites => [.. CipherSuiteParameters.Supported.Select(suite => suite.ToString())];

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-KEY-1")]
    [Clause("HT-KEX-2")]
    public void The_whole_schedule_equals_a_plain_reading_of_section_7_1(string name)
    {
        CipherSuiteParameters suite = Suite(name);
        int size = suite.HashSize;
        byte[] shared = Filled(64, 1);
        byte[] hello = Filled(size, 2);
        byte[] serverFinished = Filled(size, 3);
        byte[] clientFinished = Filled(size, 4);

        byte[] zeros = new byte[size];
        byte[] early = HKDF.Extract(suite.Hash, zeros, zeros);
        byte[] handshake = HKDF.Extract(suite.Hash, shared, Derive(suite, early, "derived", EmptyHash(suite)));
        byte[] master = HKDF.Extract(suite.Hash, zeros, Derive(suite, handshake, "derived", EmptyHash(suite)));

        using SecretSchedule schedule = new(suite);
        schedule.StartHandshake(shared, hello);
        Assert.Equal(Derive(suite, handshake, "c hs traffic", hello), schedule.ClientHandshake.Value);
        Assert.Equal(Derive(suite, handshake, "s hs traffic", hello), schedule.ServerHandshake.Value);
        Assert.Equal(master, schedule.Slot(SecretSlot.Current));

        byte[] finishedKey = Expand(suite, schedule.ServerHandshake.Value, "finished", [], size);
        byte[] verifyData = new byte[size];
        schedule.ServerHandshake.ComputeVerifyData(serverFinished, verifyData);
        Assert.Equal(CryptographicOperations.HmacData(suite.Hash, finishedKey, serverFinished), verifyData);

        schedule.StartApplication(serverFinished);
        byte[] clientTraffic = Derive(suite, master, "c ap traffic", serverFinished);
        Assert.Equal(clientTraffic, schedule.ClientApplication.Value);
        Assert.Equal(Derive(suite, master, "s ap traffic", serverFinished), schedule.ServerApplication.Value);

        byte[] exported = new byte[77];
        schedule.Application.Export("EXPERIMENTAL some label", [1, 2, 3], exported);
        byte[] exporterMaster = Derive(suite, master, "exp master", serverFinished);
        byte[] contextHash = CryptographicOperations.HashData(suite.Hash, [1, 2, 3]);
        byte[] labelSecret = Derive(suite, exporterMaster, "EXPERIMENTAL some label", EmptyHash(suite));
        Assert.Equal(Expand(suite, labelSecret, "exporter", contextHash, exported.Length), exported);

        schedule.FinishHandshake(clientFinished);
        byte[] psk = new byte[size];
        schedule.Resumption!.DerivePsk([7], psk);
        Assert.Equal(Expand(suite, Derive(suite, master, "res master", clientFinished), "resumption", [7], size), psk);

        // A key update (§7.2), twice.
        schedule.ClientApplication.Update();
        clientTraffic = Expand(suite, clientTraffic, "traffic upd", [], size);
        Assert.Equal(clientTraffic, schedule.ClientApplication.Value);
        schedule.ClientApplication.Update();
        Assert.Equal(Expand(suite, clientTraffic, "traffic upd", [], size), schedule.ClientApplication.Value);
        Assert.Equal(2UL, schedule.ClientApplication.Generation);
        Assert.Equal(0UL, schedule.ServerApplication.Generation);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Keys_of_every_suite_protect_what_the_other_side_opens(string name)
    {
        using SecretSchedule ours = Established(Suite(name));
        using SecretSchedule theirs = Established(Suite(name));
        using RecordProtection seal = ours.ClientApplication.CreateProtection();
        using RecordProtection open = theirs.ClientApplication.CreateProtection();
        byte[] record = new byte[RecordProtection.GetRecordSize(5)];
        byte[] plaintext = new byte[6];
        seal.Seal(ContentType.ApplicationData, "hello"u8, record);
        Assert.Equal(5, open.Open(record, plaintext, out _));

        theirs.ClientApplication.Update();
        using RecordProtection next = theirs.ClientApplication.CreateProtection();
        Assert.False(next.TryOpen(record, plaintext, out _, out _));
    }

    [Fact]
    public void A_psk_that_was_not_chosen_leaves_no_trace()
    {
        CipherSuiteParameters suite = CipherSuiteParameters.Aes128GcmSha256;
        using SecretSchedule with = new(suite);
        using SecretSchedule without = new(suite);
        with.StartEarly(Filled(32, 9)).Dispose();
        with.Forget();
        with.StartHandshake(Filled(64, 1), Filled(32, 2));
        without.StartHandshake(Filled(64, 1), Filled(32, 2));
        Assert.Equal(without.ClientHandshake.Value, with.ClientHandshake.Value);

        using SecretSchedule other = new(suite);
        other.StartEarly(Filled(32, 9));
        other.StartHandshake(Filled(64, 1), Filled(32, 2));
        Assert.NotEqual(without.ClientHandshake.Value.ToArray(), other.ClientHandshake.Value.ToArray());
    }

    [Fact]
    [Clause("HT-KEY-3")]
    public void A_secret_ends_with_its_phase()
    {
        CipherSuiteParameters suite = CipherSuiteParameters.Aes256GcmSha384;
        using SecretSchedule schedule = new(suite);
        byte[] hash = new byte[48];
        EarlySecret early = schedule.StartEarly(hash);
        schedule.StartHandshake(new byte[64], hash);
        Assert.Throws<ObjectDisposedException>(() => early.ComputeBinder(true, hash, hash)); // its place is the master secret's
        Assert.Throws<ObjectDisposedException>(() => early.DeriveSalt(hash));
        early.Dispose();
        Assert.True(schedule.Slot(SecretSlot.Current).ContainsAnyExcept((byte)0));

        schedule.StartApplication(hash);
        schedule.FinishHandshake(hash);
        Assert.Throws<ObjectDisposedException>(() => schedule.ClientHandshake.CreateProtection());
        Assert.Throws<ObjectDisposedException>(() => schedule.ServerHandshake.ComputeVerifyData(hash, hash));
        Assert.Throws<ObjectDisposedException>(() => schedule.StartApplication(hash));
        Assert.Throws<ObjectDisposedException>(() => schedule.FinishHandshake(hash));
        schedule.ClientApplication.CreateProtection().Dispose();

        schedule.Resumption!.Dispose();
        Assert.Throws<ObjectDisposedException>(() => schedule.Resumption.DerivePsk([], hash));
    }

    [Fact]
    [Clause("HT-KEY-3")]
    public void A_handshake_has_no_keys_before_their_time()
    {
        using HybridTls.Tests.Handshake.MessagePair pair = new();
        Assert.Throws<InvalidOperationException>(() => pair.Client.Keys);
        Assert.Throws<InvalidOperationException>(() => pair.Server.ApplicationKeys);
        Assert.Throws<InvalidOperationException>(() => pair.Server.Established);
        Assert.Null(pair.Server.Secrets);
    }

    [Fact]
    public void Nothing_is_derived_for_resumption_if_nothing_will_be_resumed()
    {
        using SecretSchedule schedule = Established(CipherSuiteParameters.Aes256GcmSha384);
        schedule.FinishHandshake([]);
        Assert.Null(schedule.Resumption);
        Assert.False(schedule.Slot(SecretSlot.Resumption).ContainsAnyExcept((byte)0));
    }

    [Fact]
    [Clause("HT-KEY-6")]
    public void Nothing_is_left_after_dispose_and_handshake_secrets_go_with_the_handshake()
    {
        SecretSchedule schedule = new(CipherSuiteParameters.Aes256GcmSha384);
        schedule.StartEarly(Filled(48, 1));
        schedule.StartHandshake(Filled(64, 1), Filled(48, 2));
        schedule.StartApplication(Filled(48, 3));
        SecretSlot[] all = Enum.GetValues<SecretSlot>();
        Assert.All(all.Except([SecretSlot.Resumption]), slot => Assert.True(schedule.Slot(slot).ContainsAnyExcept((byte)0)));

        schedule.FinishHandshake(Filled(48, 4));
        SecretSlot[] cleared = [SecretSlot.Current, SecretSlot.ClientHandshake, SecretSlot.ServerHandshake];
        Assert.All(cleared, slot => Assert.False(schedule.Slot(slot).ContainsAnyExcept((byte)0)));
        Assert.All(all.Except(cleared), slot => Assert.True(schedule.Slot(slot).ContainsAnyExcept((byte)0)));

        HybridTls.Tests.Cryptography.ZeroedMemory.AssertGivenUp(schedule.Dispose, schedule.Block.Memory.Length);
        Assert.Throws<ObjectDisposedException>(() => schedule.Slot(SecretSlot.Exporter).Length);
        Assert.Throws<ObjectDisposedException>(() => schedule.ServerApplication.CreateProtection());
        Assert.Throws<ObjectDisposedException>(() => schedule.ServerApplication.Update());
        Assert.Throws<ObjectDisposedException>(() => schedule.Application.Export("x", [], new byte[32]));
    }

    [Fact]
    [Clause("HT-KEY-4")]
    public void Exporter_labels_and_sizes_are_checked()
    {
        using SecretSchedule schedule = Established(CipherSuiteParameters.Aes128GcmSha256);
        byte[] output = new byte[32];
        Assert.Throws<ArgumentException>(() => schedule.Application.Export("ümlaut", [], output));
        Assert.Throws<ArgumentException>(() => schedule.Application.Export(new string('x', 250), [], output));
        schedule.Application.Export(new string('x', 249), [], output);
        Assert.ThrowsAny<ArgumentException>(() => schedule.Application.Export("x", [], new byte[(255 * 32) + 1]));
        schedule.Application.Export("x", [], new byte[255 * 32]);
    }

    [Fact]
    [Clause("HT-KEY-9")]
    public void Key_log_lines_have_the_nss_format()
    {
        List<string> lines = [];
        byte[] random = Filled(32, 0xAB);
        using (SecretSchedule schedule = new(CipherSuiteParameters.Aes256GcmSha384, new KeyLog(random, lines.Add)))
        {
            schedule.StartHandshake(Filled(64, 1), Filled(48, 2));
            string clientHandshake = Convert.ToHexStringLower(schedule.ClientHandshake.Value);
            Assert.Equal($"CLIENT_HANDSHAKE_TRAFFIC_SECRET {string.Concat(Enumerable.Repeat("ab", 32))} {clientHandshake}", lines[0]);
            schedule.StartApplication(Filled(48, 3));
            Assert.EndsWith(Convert.ToHexStringLower(schedule.ServerApplication.Value), lines[3], StringComparison.Ordinal);
            schedule.FinishHandshake(Filled(48, 4));
        }

        Assert.Equal(
            ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"],
            lines.Select(line => line.Split(' ')[0]));
        Assert.All(lines, line => Assert.Matches("^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{96}$", line));
    }

    [Fact]
    public void Deriving_and_updating_allocates_nothing()
    {
        using SecretSchedule schedule = Established(CipherSuiteParameters.Aes256GcmSha384);
        byte[] output = new byte[48];
        void Round()
        {
            schedule.ClientApplication.Update();
            schedule.ClientApplication.ComputeVerifyData(output, output);
            schedule.Application.Export("label"u8, [], output);
        }

        // The runtime allocates a little on this thread when it optimizes a method; ours would show in every attempt.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                Round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static SecretSchedule Established(CipherSuiteParameters suite)
    {
        SecretSchedule schedule = new(suite);
        schedule.StartHandshake(Filled(64, 1), Filled(suite.HashSize, 2));
        schedule.StartApplication(Filled(suite.HashSize, 3));
        return schedule;
    }

    private static CipherSuiteParameters Suite(string name) => CipherSuiteParameters.Supported.Single(suite => suite.ToString() == name);

    private static byte[] Filled(int size, byte value)
    {
        byte[] bytes = new byte[size];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static byte[] EmptyHash(CipherSuiteParameters suite) => CryptographicOperations.HashData(suite.Hash, Array.Empty<byte>());

    private static byte[] Derive(CipherSuiteParameters suite, byte[] secret, string label, byte[] hash) =>
        Expand(suite, secret, label, hash, suite.HashSize);

    /// <summary>HKDF-Expand-Label written out in the words of §7.1, with the expansion loop of RFC 5869 by hand.</summary>
    private static byte[] Expand(CipherSuiteParameters suite, ReadOnlySpan<byte> secret, string label, byte[] context, int length)
    {
        byte[] lengthBytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(lengthBytes, (ushort)length);
        byte[] fullLabel = Encoding.ASCII.GetBytes("tls13 " + label);
        byte[] info = [.. lengthBytes, (byte)fullLabel.Length, .. fullLabel, (byte)context.Length, .. context];
        byte[] key = secret.ToArray();
        List<byte> output = [];
        byte[] block = [];
        for (byte i = 1; output.Count < length; i++)
        {
            block = CryptographicOperations.HmacData(suite.Hash, key, (byte[])[.. block, .. info, i]);
            output.AddRange(block);
        }

        return [.. output.Take(length)];
    }
}

using HybridTls.KeySchedule;
using HybridTls.Records;

namespace HybridTls.Tests.KeySchedule;

/// <summary>The published traces, record by record: the secrets of each key agreement are given, everything else is derived.</summary>
public class Rfc8448Tests
{
    private static readonly CipherSuiteParameters Suite = CipherSuiteParameters.Aes128GcmSha256;
    private static readonly byte[] Data = [.. Enumerable.Range(0, 50).Select(i => (byte)i)];

    [Fact]
    [Clause("HT-KEY-1")]
    public void Section_3_simple_handshake_derives_every_published_secret()
    {
        using Transcript transcript = new();
        transcript.Append(Message(Rfc8448.Simple.ClientHello));
        transcript.SelectSuite(Suite);
        transcript.Append(Message(Rfc8448.Simple.ServerHello));
        AssertHex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8", Hash(transcript));

        using SecretSchedule schedule = new(Suite);
        schedule.StartHandshake(Rfc8448.Simple.SharedSecret, Hash(transcript));
        AssertHex("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", schedule.ClientHandshake.Value);
        AssertHex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", schedule.ServerHandshake.Value);
        AssertHex("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919", schedule.Slot(SecretSlot.Current));
        AssertKeys("3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30", schedule.ServerHandshake);
        AssertKeys("dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f", schedule.ClientHandshake);

        ReadServerFlight(transcript, schedule, Rfc8448.Simple.ServerFlight, messages: 4);
        AssertHex("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13", Hash(transcript));
        schedule.StartApplication(Hash(transcript));
        AssertHex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", schedule.ClientApplication.Value);
        AssertHex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", schedule.ServerApplication.Value);
        AssertHex("fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50", schedule.Slot(SecretSlot.Exporter));
        AssertKeys("9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984", schedule.ServerApplication);
        AssertKeys("17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9", schedule.ClientApplication);

        ReadClientFinished(transcript, schedule, Rfc8448.Simple.ClientFinished);
        AssertHex("209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d", Hash(transcript));
        schedule.FinishHandshake(Hash(transcript));
        AssertHex("7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c", schedule.Slot(SecretSlot.Resumption));
        byte[] psk = new byte[32];
        schedule.Resumption!.DerivePsk([0, 0], psk);
        AssertHex("4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3", psk);
    }

    [Fact]
    [Clause("HT-REC-10")]
    public void Section_3_application_records_are_read_and_written_byte_for_byte()
    {
        using SecretSchedule schedule = CompleteSimpleHandshake();

        using RecordReader client = new();
        client.EnterApplication(schedule.ServerApplication.CreateProtection());
        byte[] destination = new byte[client.MaxDestinationSize];
        byte[] fromServer = [.. Rfc8448.Simple.NewSessionTicket, .. Rfc8448.Simple.ServerData, .. Rfc8448.Simple.ServerClose];
        Assert.True(client.TryRead(fromServer, out int consumed, destination, out RecordReadResult result));
        Assert.Equal(RecordReadKind.Handshake, result.Kind);
        Assert.Equal(4, result.HandshakeMessage[0]);
        AssertHex("040000c90000001efad6aac502000000b2", result.HandshakeMessage[..17]);
        fromServer = fromServer[consumed..];
        Assert.True(client.TryRead(fromServer, out consumed, destination, out result));
        Assert.Equal(RecordReadKind.ApplicationData, result.Kind);
        Assert.Equal(Data, destination[..result.Length]);
        fromServer = fromServer[consumed..];
        Assert.True(client.TryRead(fromServer, out consumed, destination, out result));
        Assert.Equal(RecordReadKind.CloseNotify, result.Kind);
        Assert.Equal(fromServer.Length, consumed);

        using RecordWriter writer = new();
        writer.SetKeys(schedule.ClientApplication.CreateProtection());
        System.Buffers.ArrayBufferWriter<byte> output = new();
        writer.WriteApplicationData(output, Data);
        writer.WriteAlert(output, TlsAlert.CloseNotify);
        Assert.Equal([.. Rfc8448.Simple.ClientData, .. Rfc8448.Simple.ClientClose], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Section_4_resumed_handshake_binder_early_data_and_secrets()
    {
        byte[] clientHello = Message(Rfc8448.Resumed.ClientHello);
        byte[] binder = clientHello[^32..];
        const int bindersSize = 2 + 1 + 32;
        using Transcript transcript = new();
        byte[] truncatedHash = new byte[32];
        transcript.GetHashWith(Suite, clientHello.AsSpan(..^bindersSize), truncatedHash);
        AssertHex("63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14", truncatedHash);

        using SecretSchedule schedule = new(Suite);
        schedule.StartEarly(Convert.FromHexString("4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3"));
        AssertHex("9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c", schedule.Slot(SecretSlot.Current));
        byte[] computed = new byte[32];
        schedule.Early!.ComputeBinder(resumption: true, truncatedHash, computed);
        Assert.Equal(binder, computed);
        Assert.True(schedule.Early!.VerifyBinder(resumption: true, truncatedHash, binder));
        Assert.False(schedule.Early!.VerifyBinder(resumption: false, truncatedHash, binder));
        binder[31] ^= 1;
        Assert.False(schedule.Early!.VerifyBinder(resumption: true, truncatedHash, binder));

        transcript.Append(clientHello);
        transcript.SelectSuite(Suite);
        transcript.Append(Message(Rfc8448.Resumed.ServerHello));
        schedule.StartHandshake(Rfc8448.Resumed.SharedSecret, Hash(transcript));
        ReadServerFlight(transcript, schedule, Rfc8448.Resumed.ServerFlight, messages: 2);
        schedule.StartApplication(Hash(transcript));
        transcript.Append([5, 0, 0, 0]); // EndOfEarlyData, which the client of the example sends
        ReadClientFinished(transcript, schedule, Rfc8448.Resumed.ClientFinished);
    }

    [Fact]
    [Clause("HT-KEY-2")]
    public void Section_5_hello_retry_request_replaces_the_first_hello_by_its_hash()
    {
        using Transcript transcript = new();
        transcript.Append(Message(Rfc8448.Retry.ClientHello1));
        transcript.SelectSuite(Suite);
        transcript.ReplaceWithMessageHash();
        transcript.Append(Message(Rfc8448.Retry.HelloRetryRequest));
        transcript.Append(Message(Rfc8448.Retry.ClientHello2));
        transcript.Append(Message(Rfc8448.Retry.ServerHello));

        using SecretSchedule schedule = new(Suite);
        schedule.StartHandshake(Rfc8448.Retry.SharedSecret, Hash(transcript));
        ReadServerFlight(transcript, schedule, Rfc8448.Retry.ServerFlight, messages: 4);
        schedule.StartApplication(Hash(transcript));
        ReadClientFinished(transcript, schedule, Rfc8448.Retry.ClientFinished);
    }

    private static SecretSchedule CompleteSimpleHandshake()
    {
        using Transcript transcript = new();
        transcript.Append(Message(Rfc8448.Simple.ClientHello));
        transcript.Append(Message(Rfc8448.Simple.ServerHello));
        transcript.SelectSuite(Suite);
        SecretSchedule schedule = new(Suite);
        schedule.StartHandshake(Rfc8448.Simple.SharedSecret, Hash(transcript));
        ReadServerFlight(transcript, schedule, Rfc8448.Simple.ServerFlight, messages: 4);
        schedule.StartApplication(Hash(transcript));
        return schedule;
    }

    private static void ReadServerFlight(Transcript transcript, SecretSchedule schedule, byte[] record, int messages)
    {
        using RecordReader reader = new();
        reader.EnterHandshake(schedule.ServerHandshake.CreateProtection());
        int used = 0;
        for (int i = 0; i < messages; i++)
        {
            Assert.True(reader.TryRead(record.AsSpan(used), out int consumed, default, out RecordReadResult result));
            used += consumed;
            Assert.Equal(RecordReadKind.Handshake, result.Kind);
            if (result.HandshakeMessage[0] == 20)
            {
                byte[] verifyData = result.HandshakeMessage[4..].ToArray();
                Assert.True(schedule.ServerHandshake.Verify(Hash(transcript), verifyData));
                byte[] computed = new byte[verifyData.Length];
                schedule.ServerHandshake.ComputeVerifyData(Hash(transcript), computed);
                Assert.Equal(verifyData, computed);
                verifyData[0] ^= 1;
                Assert.False(schedule.ServerHandshake.Verify(Hash(transcript), verifyData));
                Assert.False(schedule.ServerHandshake.Verify(Hash(transcript), verifyData.AsSpan(1)));
            }

            transcript.Append(result.HandshakeMessage);
        }

        Assert.Equal(record.Length, used);
        Assert.Equal(0, reader.PendingHandshakeBytes);
    }

    private static void ReadClientFinished(Transcript transcript, SecretSchedule schedule, byte[] record)
    {
        using RecordReader reader = new();
        reader.EnterHandshake(schedule.ClientHandshake.CreateProtection());
        Assert.True(reader.TryRead(record, out _, default, out RecordReadResult result));
        Assert.Equal(20, result.HandshakeMessage[0]);
        Assert.True(schedule.ClientHandshake.Verify(Hash(transcript), result.HandshakeMessage[4..]));
        transcript.Append(result.HandshakeMessage);
    }

    private static byte[] Message(byte[] record) => record[RecordLimits.HeaderSize..];

    private static byte[] Hash(Transcript transcript)
    {
        byte[] hash = new byte[transcript.Suite!.HashSize];
        transcript.GetHash(hash);
        return hash;
    }

    private static void AssertKeys(string key, string iv, TrafficSecret secret)
    {
        byte[] actualKey = new byte[secret.Suite.KeySize];
        byte[] actualIv = new byte[RecordProtection.IvSize];
        secret.DeriveKeys(actualKey, actualIv);
        AssertHex(key, actualKey);
        AssertHex(iv, actualIv);
    }

    private static void AssertHex(string expected, ReadOnlySpan<byte> actual) => Assert.Equal(expected, Convert.ToHexStringLower(actual));
}

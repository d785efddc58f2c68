using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class ServerHelloTests
{
    private static readonly string Random = string.Concat(Enumerable.Repeat("A5", 32));

    [Fact]
    public void It_is_written_byte_for_byte_as_the_standard_says() => Assert.Equal(
        Hex($"02 00003A 0303 {Random} 02 0708 1302 00 0010 002B 0002 0304 0033 0006 11EC 0002 AABB"),
        Written(writer =>
        {
            using (ServerHello.Begin(writer, Hex(Random), [7, 8], TlsCipherSuite.TLS_AES_256_GCM_SHA384))
            {
                SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
                KeyShareExtension.WriteServerShare(writer, NamedGroup.X25519MLKem768, Hex("AABB"));
            }
        }));

    [Theory]
    [InlineData("0303 R 00 1302 00 000A 002B 0002 0304 0033 0000", TlsAlert.DecodeError)]
    [InlineData("0303 R 00 1302 00 0006 002B 0002 0304 00", TlsAlert.DecodeError)]
    [InlineData("0303 R 00 1302 00 0007 002B 0002 0304", TlsAlert.DecodeError)]
    [InlineData("0303 R 21 R 00 1302 00 0006 002B 0002 0304", TlsAlert.DecodeError)]
    [InlineData("0303 R 00 1302 01 0006 002B 0002 0304", TlsAlert.IllegalParameter)] // compression
    [InlineData("0302 R 00 1302 00 0006 002B 0002 0304", TlsAlert.IllegalParameter)] // legacy_version
    [InlineData("0304 R 00 1302 00 0006 002B 0002 0304", TlsAlert.IllegalParameter)]
    [InlineData("0303 R 00 1302 00 000C 002B 0002 0304 002B 0002 0304", TlsAlert.IllegalParameter)]
    [InlineData("0303 R 00 1302 00 000B 002B 0002 0304 0010 0001 00", TlsAlert.IllegalParameter)] // ALPN in the clear
    [InlineData("0303 R 00 1302 00 000D 002B 0002 0304 002C 0003 0001 61", TlsAlert.IllegalParameter)] // cookie
    [Clause("HT-MSG-1")]
    public void Malformed_hellos_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body.Replace("R", Random, StringComparison.Ordinal)), static input => ServerHello.Parse(input));

    [Theory]
    [InlineData("0303 R 00 C02F 00", 0x0303, false)]
    [InlineData("0303 R 00 C02F 01 0000", 0x0303, false)]
    [InlineData("0301 R 00 C02F 00 0005 FF01 0001 00", 0x0301, false)]
    [InlineData("0303 R 00 C02F 00 0009 0010 0005 0003 02 6832", 0x0303, false)] // where TLS 1.2 put ALPN
    [InlineData("0304 R 00 1302 00 0000", 0x0303, false)] // legacy_version is frozen
    [InlineData("0303 R 00 1302 00 0006 002B 0002 0303", 0x0303, true)]
    [InlineData("0303 R 00 1302 00 0006 002B 0002 7F1C", 0x7F1C, true)]
    [Clause("HT-NEG-9")]
    public void An_answer_of_another_version_is_read_so_that_it_can_be_refused_as_such(string body, int version, bool hasExtension)
    {
        ServerHello hello = ServerHello.Parse(Hex(body.Replace("R", Random, StringComparison.Ordinal)));
        Assert.Equal((ProtocolVersion)version, hello.SelectedVersion);
        Assert.Equal(hasExtension, hello.HasSupportedVersions);
        Assert.False(hello.HasDowngradeSentinel);
    }

    [Theory]
    [InlineData("444F574E47524401", true)]
    [InlineData("444F574E47524400", true)]
    [InlineData("444F574E47524402", false)]
    [Clause("HT-NEG-9")]
    public void The_downgrade_sentinels_are_recognised(string end, bool expected)
    {
        byte[] body = Hex($"0303 {Random} 00 C02F 00");
        Hex(end).CopyTo(body, 2 + 24);
        Assert.Equal(expected, ServerHello.Parse(body).HasDowngradeSentinel);
    }

    [Fact]
    public void A_selected_identity_is_read()
    {
        ServerHello hello = ServerHello.Parse(Hex($"0303 {Random} 00 1302 00 000C 002B 0002 0304 0029 0002 0102"));
        int? identity = hello.PreSharedKey;
        Assert.Equal(0x0102, identity);
        Assert.False(hello.Extensions.Contains(ExtensionType.KeyShare));
    }

    [Fact]
    [Clause("HT-HRR-1")]
    public void The_random_of_a_hello_retry_request_is_the_hash_of_its_name()
    {
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes("HelloRetryRequest")), HelloRetryRequest.Random.ToArray());
        Assert.False(ServerHello.IsHelloRetryRequest(Hex($"0303 {Random} 00 1302 00 0006 002B 0002 0304")));
        Assert.False(ServerHello.IsHelloRetryRequest([]));
        Assert.False(ServerHello.IsHelloRetryRequest([3, 3, .. HelloRetryRequest.Random[..31]]));
    }

    [Fact]
    public void A_hello_retry_request_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer =>
        {
            using (HelloRetryRequest.Begin(writer, [7], TlsCipherSuite.TLS_AES_128_GCM_SHA256))
            {
                SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
                KeyShareExtension.WriteSelectedGroup(writer, NamedGroup.X25519MLKem768);
                CookieExtension.Write(writer, Hex("C00C1E"));
            }
        });
        string random = Convert.ToHexString(HelloRetryRequest.Random);
        Assert.Equal(Hex($"02 00003E 0303 {random} 01 07 1301 00 0015 002B 0002 0304 0033 0002 11EC 002C 0005 0003 C00C1E"), message);

        byte[] body = message[4..];
        Assert.True(ServerHello.IsHelloRetryRequest(body));
        HelloRetryRequest request = HelloRetryRequest.Parse(body);
        Assert.Equal(ProtocolVersion.Tls13, request.SelectedVersion);
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, request.CipherSuite);
        Assert.Equal([7], request.SessionIdEcho.ToArray());
        NamedGroup? group = request.SelectedGroup;
        Assert.Equal(NamedGroup.X25519MLKem768, group);
        ReadOnlySpan<byte> cookie = request.Cookie;
        Assert.Equal(Hex("C00C1E"), cookie.ToArray());

        // A whole share where only a group belongs; pre_shared_key where it does not belong.
        Refuses(TlsAlert.DecodeError, Hex($"0303 {random} 00 1301 00 000F 002B 0002 0304 0033 0005 11EC 0001 00"), static input => HelloRetryRequest.Parse(input));
        Refuses(TlsAlert.IllegalParameter, Hex($"0303 {random} 00 1301 00 000C 002B 0002 0304 0029 0002 0000"), static input => HelloRetryRequest.Parse(input));
    }
}

using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

/// <summary>NewSessionTicket, KeyUpdate.</summary>
public class PostHandshakeTests
{
    [Fact]
    public void A_ticket_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer =>
        {
            using (NewSessionTicket.Begin(writer, 7200, 0x01020304, [0, 1], Hex("AABBCC")))
                writer.WriteExtension(ExtensionType.EarlyData, [0, 0, 0x40, 0]);
        });
        Assert.Equal(Hex("04 00001A 00001C20 01020304 02 0001 0003 AABBCC 0008 002A 0004 00004000"), message);
        NewSessionTicket ticket = NewSessionTicket.Parse(message.AsSpan(4));
        Assert.Equal(7200u, ticket.Lifetime);
        Assert.Equal(0x01020304u, ticket.AgeAdd);
        Assert.Equal([0, 1], ticket.Nonce.ToArray());
        Assert.Equal(Hex("AABBCC"), ticket.Ticket.ToArray());
        uint? size = ticket.MaxEarlyDataSize;
        Assert.Equal(16384u, size);
    }

    [Theory]
    [InlineData("00001C20 01020304 00 0000 0000", TlsAlert.DecodeError)] // an empty ticket
    [InlineData("00001C20 01020304 00 0001 AA", TlsAlert.DecodeError)] // no extensions field
    [InlineData("00001C20 01020304 00 0001 AA 0000 00", TlsAlert.DecodeError)]
    [InlineData("00001C20 01020304 00 0001 AA 0004 002A 0000", TlsAlert.DecodeError)]
    [InlineData("00001C20 01020304 00 0001 AA 0004 0029 0000", TlsAlert.IllegalParameter)]
    [Clause("HT-MSG-1")]
    public void Malformed_tickets_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body), static input => NewSessionTicket.Parse(input));

    [Fact]
    [Clause("HT-MSG-6")]
    public void A_ticket_with_unknown_extensions_and_without_a_nonce_is_accepted()
    {
        NewSessionTicket ticket = NewSessionTicket.Parse(Hex("FFFFFFFF 00000000 00 0001 AA 0005 0A0A 0001 00"));
        Assert.False(ticket.Extensions.Contains(ExtensionType.EarlyData));
        Assert.Equal(uint.MaxValue, ticket.Lifetime);
    }

    [Fact]
    public void A_key_update_is_written_byte_for_byte_and_read_again()
    {
        Assert.Equal(Hex("18 000001 00"), Written(writer => KeyUpdate.Write(writer, KeyUpdateRequest.NotRequested)));
        Assert.Equal(Hex("18 000001 01"), Written(writer => KeyUpdate.Write(writer, KeyUpdateRequest.Requested)));
        Assert.Equal(KeyUpdateRequest.NotRequested, KeyUpdate.Parse([0]));
        Assert.Equal(KeyUpdateRequest.Requested, KeyUpdate.Parse([1]));
    }

    [Theory]
    [InlineData("", TlsAlert.DecodeError)]
    [InlineData("0000", TlsAlert.DecodeError)]
    [InlineData("02", TlsAlert.IllegalParameter)]
    [InlineData("FF", TlsAlert.IllegalParameter)]
    [Clause("HT-KU-1")]
    public void Malformed_key_updates_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body), static input => KeyUpdate.Parse(input));
}

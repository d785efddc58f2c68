using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class TlsReaderTests
{
    [Fact]
    public void Numbers_are_read_in_network_order()
    {
        var reader = new TlsReader(Hex("01 0203 040506 0708090A"), "test");
        Assert.Equal(0x01, reader.ReadUInt8());
        Assert.Equal(0x0203, reader.ReadUInt16());
        Assert.Equal(0x040506, reader.ReadUInt24());
        Assert.Equal(0x0708090Au, reader.ReadUInt32());
        Assert.True(reader.IsEmpty);
        reader.ExpectEnd();
    }

    [Fact]
    public void Vectors_are_read_with_lengths_of_one_two_and_three_bytes()
    {
        var reader = new TlsReader(Hex("01 AA 0002 BBCC 000003 DDEEFF 00"), "test");
        Assert.Equal(Hex("AA"), reader.ReadVector8().ToArray());
        Assert.Equal(Hex("BBCC"), reader.ReadVector16().ToArray());
        Assert.Equal(Hex("DDEEFF"), reader.ReadVector24().ToArray());
        Assert.True(reader.ReadVector8().IsEmpty);
        reader.ExpectEnd();
    }

    [Theory]
    [InlineData("")]
    [InlineData("02 AA")]
    [InlineData("FF")]
    [Clause("HT-MSG-1")]
    public void A_length_that_lies_is_a_decode_error(string bytes) =>
        Refuses(TlsAlert.DecodeError, Hex(bytes), static input => new TlsReader(input, "test").ReadVector8());

    [Theory]
    [InlineData("01 AA")]
    [InlineData("05 0102030405")]
    [Clause("HT-MSG-1")]
    public void A_vector_outside_its_bounds_is_a_decode_error(string bytes) =>
        Refuses(TlsAlert.DecodeError, Hex(bytes), static input => new TlsReader(input, "test").ReadVector8(minimum: 2, maximum: 4));

    [Fact]
    [Clause("HT-MSG-1")]
    public void Trailing_bytes_are_a_decode_error_that_names_the_structure()
    {
        HybridTlsException exception = Refuses(TlsAlert.DecodeError, [1, 2], static input => new TlsReader(input, "the structure").ExpectEnd());
        Assert.Contains("the structure", exception.Message, StringComparison.Ordinal);
    }
}

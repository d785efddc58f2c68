using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class TlsWriterTests
{
    [Fact]
    public void Numbers_are_written_in_network_order() => Assert.Equal(Hex("01 0203 040506 0708090A"), Written(writer =>
    {
        writer.WriteUInt8(0x01);
        writer.WriteUInt16(0x0203);
        writer.WriteUInt24(0x040506);
        writer.WriteUInt32(0x0708090A);
    }));

    [Fact]
    public void Scopes_nest_and_write_their_lengths() => Assert.Equal(Hex("01 00000B 0008 03 AABBCC 0002 0001 05"), Written(writer =>
    {
        using (writer.BeginMessage(HandshakeType.ClientHello))
        {
            using (writer.BeginVector16())
            {
                writer.WriteVector8(Hex("AABBCC"));
                using (writer.BeginVector16())
                    writer.WriteUInt16(1);
            }

            writer.WriteUInt8(5);
        }
    }));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void A_vector_that_does_not_fit_its_length_is_an_internal_error(int length, bool fits)
    {
        using var writer = new TlsWriter();
        if (fits)
            writer.WriteVector8(new byte[length]);
        else
            Assert.Equal(TlsAlert.InternalError, Assert.Throws<HybridTlsException>(() => writer.WriteVector8(new byte[length])).Alert);
    }

    [Fact]
    public void What_was_written_survives_growth() => Prop.ForAll<byte[][]>(parts =>
    {
        parts = [.. parts.Where(part => part is not null)];
        using var writer = new TlsWriter(capacity: 1);
        foreach (byte[] part in parts)
            writer.WriteVector24(part);
        var reader = new TlsReader(writer.Written, "test");
        foreach (byte[] part in parts)
            Assert.Equal(part, reader.ReadVector24().ToArray());
        reader.ExpectEnd();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_is_a_buffer_writer()
    {
        using var writer = new TlsWriter(capacity: 1);
        writer.Write(Hex("010203"));
        Assert.Equal(Hex("010203"), writer.Written.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1 << 20));
    }

    [Fact]
    public void Clear_zeroes_and_a_disposed_writer_can_be_used_again()
    {
        using var writer = new TlsWriter();
        writer.WriteBytes(Hex("AABBCC"));
        Memory<byte> behind = writer.GetMemory(1);
        Span<byte> written = writer.Written;
        writer.Clear();
        Assert.Equal(new byte[3], written.ToArray());
        Assert.Equal(0, writer.Length);
        Assert.False(behind.IsEmpty);
        writer.Dispose();
        writer.WriteUInt8(7);
        Assert.Equal([7], writer.Written.ToArray());
    }

    [Fact]
    public void A_writer_gives_its_memory_back_without_what_was_written()
    {
        byte[] marks = [.. Enumerable.Repeat((byte)0xA5, 16)]; // what others left in the pool has none in a row

        // It held the secrets of tickets. A buffer that was returned may be rented again by this thread alone, which does not meanwhile.
        System.Reflection.FieldInfo field = typeof(TlsWriter).GetField("_buffer", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;
        TlsWriter writer = new(capacity: 256);
        byte[] first = (byte[])field.GetValue(writer)!;
        writer.WriteBytes(Enumerable.Repeat((byte)0xA5, 200).ToArray());
        writer.WriteBytes(Enumerable.Repeat((byte)0xA5, 2000).ToArray());
        byte[] second = (byte[])field.GetValue(writer)!;
        Assert.NotSame(first, second);
        Assert.True(first.AsSpan().IndexOf(marks) < 0);
        writer.Truncate(100);
        writer.Dispose();
        Assert.True(second.AsSpan().IndexOf(marks) < 0);
    }
}

using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class ExtensionBlockTests
{
    [Fact]
    public void Extensions_are_found_and_enumerated_in_order()
    {
        byte[] bytes = Block((ExtensionType.Padding, "0000"), ((ExtensionType)0x1A1A, "07"), (ExtensionType.RecordSizeLimit, "4001"));
        ExtensionBlock block = ExtensionBlock.Parse(bytes, ExtensionContext.ClientHello);
        Assert.Equal(3, block.Count);
        Assert.True(block.TryGet(ExtensionType.RecordSizeLimit, out ReadOnlySpan<byte> limit));
        Assert.Equal(Hex("4001"), limit.ToArray());
        Assert.True(block.TryGet((ExtensionType)0x1A1A, out ReadOnlySpan<byte> grease));
        Assert.Equal(Hex("07"), grease.ToArray());
        Assert.False(block.Contains(ExtensionType.Cookie));
        Assert.False(block.Contains((ExtensionType)0x2A2A));
        Assert.True(block.Types.HasOthers);

        var types = new List<ExtensionType>();
        foreach (Extension extension in block)
            types.Add(extension.Type);
        Assert.Equal([ExtensionType.Padding, (ExtensionType)0x1A1A, ExtensionType.RecordSizeLimit], types);
    }

    [Theory]
    [InlineData(21, 21)] // recognised
    [InlineData(5, 5)] // below 64, not recognised
    [InlineData(0x0A0A, 0x0A0A)] // GREASE
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [Clause("HT-MSG-2")]
    public void A_type_that_occurs_twice_is_an_illegal_parameter(int first, int second)
    {
        byte[] bytes = Block(((ExtensionType)first, ""), ((ExtensionType)1000, ""), ((ExtensionType)second, ""));
        Refuses(TlsAlert.IllegalParameter, bytes, static input => ExtensionBlock.Parse(input, ExtensionContext.ClientHello));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [Clause("HT-MSG-3")]
    public void A_block_has_at_most_64_extensions(int count, bool accepted)
    {
        byte[] bytes = Block([.. Enumerable.Range(1000, count).Select(type => ((ExtensionType)type, "AB"))]);
        if (accepted)
            Assert.Equal(count, ExtensionBlock.Parse(bytes, ExtensionContext.ClientHello).Count);
        else
            Refuses(TlsAlert.IllegalParameter, bytes, static input => ExtensionBlock.Parse(input, ExtensionContext.ClientHello));
    }

    [Fact]
    [Clause("HT-MSG-6")]
    public void Unknown_types_are_ignored_in_every_message()
    {
        byte[] bytes = Block(((ExtensionType)0x0A0A, "FF"), ((ExtensionType)5, "FF"), ((ExtensionType)0xFF01, "00"));
        foreach (ExtensionContext context in Enum.GetValues<ExtensionContext>())
            Assert.Equal(3, ExtensionBlock.Parse(bytes, context).Count);
    }

    [Fact]
    public void Truncation_is_refused_except_between_extensions()
    {
        byte[] bytes = Block((ExtensionType.Padding, "0000"), (ExtensionType.RecordSizeLimit, "4001"));
        RefusesEveryTruncation(bytes, static input => ExtensionBlock.Parse(input, ExtensionContext.ClientHello), 0, 6);
    }
}

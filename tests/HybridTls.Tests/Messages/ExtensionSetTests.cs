using HybridTls.Messages;

namespace HybridTls.Tests.Messages;

public class ExtensionSetTests
{
    [Fact]
    public void Every_recognised_extension_has_its_own_bit()
    {
        ExtensionSet set = default;
        foreach (ExtensionType type in Enum.GetValues<ExtensionType>())
        {
            Assert.False(set.Contains(type));
            set = set.With(type);
            Assert.True(set.Contains(type));
            Assert.True(ExtensionSet.Of(type).IsSubsetOf(set));
        }

        Assert.False(set.HasOthers);
    }

    [Fact]
    [Clause("HT-NEG-11")]
    public void An_answer_to_what_was_not_offered_is_an_unsupported_extension()
    {
        ExtensionSet offered = ExtensionSet.Of(ExtensionType.ServerName, ExtensionType.KeyShare);
        ExtensionSet.Of(ExtensionType.KeyShare).ThrowIfUnsolicited(offered, "test");
        default(ExtensionSet).ThrowIfUnsolicited(offered, "test");
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() =>
            ExtensionSet.Of(ExtensionType.KeyShare, ExtensionType.Cookie).ThrowIfUnsolicited(offered, "test"));
        Assert.Equal(TlsAlert.UnsupportedExtension, exception.Alert);
        Assert.Contains("Cookie", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_of_64_or_more_is_never_solicited_not_even_if_it_was_offered()
    {
        ExtensionSet grease = ExtensionSet.Of((ExtensionType)0x0A0A);
        Assert.True(grease.HasOthers);
        Assert.False(grease.IsSubsetOf(grease));
        Assert.Equal(TlsAlert.UnsupportedExtension, Assert.Throws<HybridTlsException>(() => grease.ThrowIfUnsolicited(grease, "test")).Alert);
    }
}

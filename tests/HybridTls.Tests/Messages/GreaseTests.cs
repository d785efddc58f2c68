using HybridTls.Messages;

namespace HybridTls.Tests.Messages;

public class GreaseTests
{
    [Fact]
    [Clause("HT-WIRE-6")]
    public void The_sixteen_code_points_are_those_of_rfc_8701()
    {
        IEnumerable<ushort> made = Enumerable.Range(0, 256).Select(random => Grease.CodePoint((byte)random)).Distinct().Order();
        IEnumerable<ushort> reserved = Enumerable.Range(0, 0x10000).Select(value => (ushort)value).Where(Grease.IsReserved);
        ushort[] expected = [.. Enumerable.Range(0, 16).Select(i => Convert.ToUInt16($"{i:X}A{i:X}A", 16))];
        Assert.Equal(expected, made);
        Assert.Equal(expected, reserved);
    }
}

using System.Text;
using HybridTls.Certificates;

namespace HybridTls.Fuzz.Targets;

/// <summary>The names that callers ask for and peers send.</summary>
internal static class HostNameTarget
{
    /// <summary>A name that is accepted is read again as itself.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (!HostName.TryParse(text, out HostName name))
            return "no host name";
        Properties.Check(
            HostName.TryParse(name.ToString(), out HostName again) && again.ToString() == name.ToString() && again.IsAddress == name.IsAddress,
            "A host name that was read is written and read again as the same");
        Properties.Check(name.Describe().All(static c => c is > ' ' and < '\u007F' or ' '), "What stands in messages is printable ASCII.");
        return name.IsAddress ? "address" : "DNS name";
    }

    /// <summary>Names and addresses of all forms.</summary>
    public static IEnumerable<FuzzSeed> Seeds()
    {
        yield return new("dns-name", [.. "www.example.com"u8]);
        yield return new("internationalized", [.. "bücher.example"u8]);
        yield return new("address-4", [.. "192.0.2.1"u8]);
        yield return new("address-6", [.. "2001:db8::1"u8]);
        yield return new("trailing-dot", [.. "example.com."u8]);
    }
}

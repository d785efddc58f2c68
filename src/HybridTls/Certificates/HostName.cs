using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>The name a client expects of a server (RFC 9525): a DNS name in A-label form, or an IP address.</summary>
internal sealed class HostName
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private readonly string? _dnsName;
    private readonly byte[]? _address;

    private HostName(string? dnsName, byte[]? address)
    {
        _dnsName = dnsName;
        _address = address;
    }

    /// <summary>Whether it is an IP address (which SNI cannot carry, RFC 6066 §3).</summary>
    public bool IsAddress => _address is not null;

    /// <summary>The DNS name in lower case, A-labels, without a trailing dot; null for an address.</summary>
    public string? DnsName => _dnsName;

    /// <summary>
    /// Reads what a user wrote: a host name (Unicode allowed, one trailing dot dropped), an IPv4 address, an IPv6 address with or without
    /// brackets.
    /// </summary>
    public static bool TryParse(string? text, out HostName name)
    {
        name = null!;
        if (string.IsNullOrEmpty(text))
            return false;
        if (TryParseAddress(text, out byte[] address))
        {
            name = new HostName(null, address);
            return true;
        }

        // RFC 9525 §6.3 compares without the root's dot.
#pragma warning disable CA1308 // DNS names are written in lower case; IdnMapping leaves the case of other letters to its caller.
        string host = (text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
#pragma warning restore CA1308
        if (!System.Text.Ascii.IsValid(host))
        {
            try
            {
                host = Idn.GetAscii(host);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        if (!IsDnsName(host, wildcard: false) || LooksLikeAddress(host))
            return false;
        name = new HostName(host, null);
        return true;
    }

    /// <summary>Whether the certificate's subjectAltName holds this name; the common name is never looked at (RFC 9525 §2).</summary>
    public bool Matches(ParsedCertificate certificate) // HT-CERT-5
    {
        Range range = certificate.Extensions.SubjectAlternativeNames;
        if (range.Equals(default))
            return false;
        var outer = new Asn1Reader(certificate.Der.Span[range]);
        for (Asn1Reader names = outer.ReadSequence(); names.HasData;)
        {
            GeneralName name = GeneralName.Read(ref names);
            bool matches = name.Form switch
            {
                GeneralNameForm.IPAddress => _address is not null && name.Value.SequenceEqual(_address),
                GeneralNameForm.DnsName => _dnsName is not null && MatchesDnsName(name.Value),
                _ => false,
            };
            if (matches)
                return true;
        }

        return false;
    }

    /// <summary>The name, for messages.</summary>
    public override string ToString() => _dnsName ?? new IPAddress(_address!).ToString();

    /// <summary>The name with its kind where that is an address, for messages.</summary>
    public string Describe() => _dnsName ?? $"the IP address {this}";

    /// <summary>The names a certificate carries, for messages.</summary>
    public static string DescribeNames(ParsedCertificate certificate)
    {
        var found = new List<string>();
        Range range = certificate.Extensions.SubjectAlternativeNames;
        if (!range.Equals(default))
        {
            var outer = new Asn1Reader(certificate.Der.Span[range]);
            for (Asn1Reader names = outer.ReadSequence(); names.HasData && found.Count < 8;)
            {
                GeneralName name = GeneralName.Read(ref names);
                if (name.Form == GeneralNameForm.DnsName)
                    found.Add(DescribeDnsName(DistinguishedName.Printable(System.Text.Encoding.ASCII.GetString(name.Value))));
                else if (name.Form == GeneralNameForm.IPAddress && name.Value.Length is 4 or 16)
                    found.Add($"the IP address {new IPAddress(name.Value)}");
            }
        }

        return found.Count == 0
            ? "no host (it has no DNS name or IP address in its subjectAltName; the common name does not count)"
            : string.Join(", ", found);
    }

    /// <summary>
    /// Whether <paramref name="name"/> is an LDH host name, its left-most label "*" where <paramref name="wildcard"/> says so.
    /// </summary>
    public static bool IsDnsName(ReadOnlySpan<char> name, bool wildcard)
    {
        if (name.Length is 0 or > 253)
            return false;
        if (wildcard && name.StartsWith("*.", StringComparison.Ordinal))
            name = name[2..];
        foreach (Range label in name.Split('.'))
        {
            if (!IsLabel(name[label]))
                return false;
        }

        return true;
    }

    // A DNS name that looks like an address is a common mistake of whoever issued the certificate, and matches nothing.
    private static string DescribeDnsName(string name) => IPAddress.TryParse(name, out _) ? $"the DNS name {name} (which is no IP address)" : name;

    // RFC 9525 §6.3: exact but for ASCII's case; "*" stands for the whole left-most label, for exactly one label.
    private bool MatchesDnsName(ReadOnlySpan<byte> presented)
    {
        Span<char> characters = stackalloc char[254];
        if (presented.Length > characters.Length
            || System.Text.Ascii.ToUtf16(presented, characters, out int length) != System.Buffers.OperationStatus.Done)
            return false;
        ReadOnlySpan<char> pattern = characters[..length];
        if (!IsDnsName(pattern, wildcard: true))
            return false;
        ReadOnlySpan<char> expected = _dnsName;
        if (pattern[0] == '*')
        {
            int dot = expected.IndexOf('.');
            // "*.com" would stand for a whole top-level domain: at least two labels must follow the wildcard.
            if (dot < 0 || !pattern[2..].Contains('.'))
                return false;
            expected = expected[(dot + 1)..];
            pattern = pattern[2..];
        }

        return System.Text.Ascii.EqualsIgnoreCase(pattern, expected);
    }

    // Letters, digits, hyphens inside; underscores exist in practice and harm nothing in an exact comparison.
    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (char character in label)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
                return false;
        }

        return true;
    }

    // What inet_aton would take as an address (127.1, 0x7f.1) is no host name: its last label is numeric.
    private static bool LooksLikeAddress(string host)
    {
        ReadOnlySpan<char> last = host.AsSpan(host.LastIndexOf('.') + 1);
        return !last.ContainsAnyExceptInRange('0', '9')
            || (last.StartsWith("0x", StringComparison.Ordinal) && last[2..].Trim("0123456789abcdef").IsEmpty);
    }

    private static bool TryParseAddress(string text, out byte[] address)
    {
        address = [];
        string literal = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        if (literal.Contains('%', StringComparison.Ordinal) || literal.Contains('/', StringComparison.Ordinal)
            || !IPAddress.TryParse(literal, out IPAddress? parsed))
            return false;
        // IPAddress also reads 127.1 and 0x7f000001: only the usual four numbers are meant here.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != literal)
            return false;
        address = parsed.GetAddressBytes();
        return true;
    }
}

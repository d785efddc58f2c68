using System.Security.Cryptography;

namespace HybridTls.Certificates;

/// <summary>The certificates a path may end in, parsed once; their keys keep what verification precomputes.</summary>
internal sealed class TrustAnchorSet
{
    private readonly ParsedCertificate[] _anchors;

    /// <summary>Takes certificates in DER.</summary>
    /// <exception cref="CryptographicException">One cannot serve as an anchor of this profile.</exception>
    public TrustAnchorSet(IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        var anchors = new List<ParsedCertificate>();
        foreach (ReadOnlyMemory<byte> der in certificates)
        {
            ParsedCertificate anchor = Parse(der);
            if (!anchors.Exists(anchor.IsSameAs))
                anchors.Add(anchor);
        }

        _anchors = [.. anchors];
        Subjects = [.. anchors.Select(static anchor => anchor.Subject)];
    }

    /// <summary>The anchors' subjects, as encoded Names.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Subjects { get; }

    /// <summary>The anchors.</summary>
    public ReadOnlySpan<ParsedCertificate> Anchors => _anchors;

    /// <summary>The anchor that is this very certificate, byte by byte; null when none is.</summary>
    public ParsedCertificate? Find(ReadOnlySpan<byte> der)
    {
        foreach (ParsedCertificate anchor in _anchors)
        {
            if (der.SequenceEqual(anchor.Der.Span))
                return anchor;
        }

        return null;
    }

    /// <summary>What was accepted under these anchors lately.</summary>
    public RecentCertificates Recent { get; } = new();

    /// <summary>The certificate in parsed form: the anchor, a recent one, or newly parsed.</summary>
    /// <exception cref="HybridTlsException">As <see cref="ParsedCertificate.Parse"/> says.</exception>
    public ParsedCertificate Resolve(ReadOnlyMemory<byte> der) => Find(der.Span) ?? Recent.Find(der.Span) ?? ParsedCertificate.Parse(der);

    /// <summary>The first anchors by name, for messages.</summary>
    public string Describe()
    {
        if (_anchors.Length == 0)
            return "none";
        string names = string.Join(", ", _anchors.Take(3).Select(static anchor => anchor.Describe()));
        return _anchors.Length > 3 ? $"{names} and {_anchors.Length - 3} more" : names;
    }

    private static ParsedCertificate Parse(ReadOnlyMemory<byte> der)
    {
        ParsedCertificate anchor;
        try
        {
            anchor = ParsedCertificate.Parse(der);
        }
        catch (HybridTlsException exception)
        {
            throw new CryptographicException($"A trust anchor cannot be used: {exception.Message}", exception);
        }

        if (anchor.KeyProblem is { } problem)
            throw new CryptographicException($"The trust anchor {anchor.Describe()} cannot be used: {problem}");
        return anchor;
    }
}

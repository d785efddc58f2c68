namespace HybridTls.Certificates;

/// <summary>
/// Certificates of accepted paths, so that a peer that comes again costs neither the signatures of its chain nor the preparation of
/// its key. A signature that verified once verifies for ever; every other check is made anew for each connection.
/// </summary>
/// <remarks>Only certificates that lead to an anchor get in, as copies: nobody else can fill it or change it.</remarks>
internal sealed class RecentCertificates
{
    /// <summary>How many certificates are kept; one takes some 50 kB with its prepared key.</summary>
    public const int Capacity = 32;

    private readonly ParsedCertificate?[] _certificates = new ParsedCertificate?[Capacity];
    private int _next;

    /// <summary>The kept certificate of the same bytes; null when there is none.</summary>
    public ParsedCertificate? Find(ReadOnlySpan<byte> der)
    {
        foreach (ParsedCertificate? certificate in _certificates)
        {
            if (certificate is not null && der.SequenceEqual(certificate.Der.Span))
                return certificate;
        }

        return null;
    }

    /// <summary>Keeps the certificates of a path (leaf first, anchor last), each with the issuer whose key verified it.</summary>
    public void Add(IReadOnlyList<ParsedCertificate> path)
    {
        ParsedCertificate issuer = path[^1];
        for (int i = path.Count - 2; i >= 0; i--)
        {
            ParsedCertificate certificate = path[i];
            if (!ReferenceEquals(certificate.VerifiedBy, issuer))
            {
                certificate = ParsedCertificate.Parse(certificate.Der.ToArray());
                certificate.VerifiedBy = issuer;
                _certificates[unchecked((uint)Interlocked.Increment(ref _next)) % Capacity] = certificate;
            }

            issuer = certificate;
        }
    }
}

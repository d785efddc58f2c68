using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace HybridTls.Certificates;

/// <summary>
/// Builds and checks a path from a peer's certificate to a trust anchor (RFC 5280 §6, narrowed: explicit anchors, ML-DSA-65 at
/// every level, no policies, no revocation). The search runs from the leaf upwards over what the peer presented, in any order.
/// </summary>
internal sealed class PathValidator
{
    /// <summary>The most certificates a peer may present; the anchor need not be among them.</summary>
    public const int MaxCertificates = 8;

    /// <summary>The most signatures that are verified for one peer.</summary>
    public const int MaxSignatures = 16;

    // An authority's certificate is tried so often at most, and so many names are compared with constraints.
    private const int MaxSteps = 64;
    private const int MaxNameComparisons = 4096;

    private readonly TrustAnchorSet _anchors;
    private readonly IReadOnlyList<ParsedCertificate> _presented;
    private readonly DateTimeOffset _now;
    private readonly PeerRole _peer;
    private readonly List<ParsedCertificate> _path = new(4);
    private readonly List<(ParsedCertificate Child, ParsedCertificate Issuer, bool Verified)> _signatures = [];
    private ValidationFailure? _failure;
    private int _failureRank = -1;
    private int _steps = MaxSteps;
    private int _nameComparisons = MaxNameComparisons;

    private PathValidator(TrustAnchorSet anchors, IReadOnlyList<ParsedCertificate> presented, PeerRole peer, DateTimeOffset now)
    {
        _anchors = anchors;
        _presented = presented;
        _peer = peer;
        _now = now;
    }

    private enum Rank
    {
        NoIssuer,
        OtherKey,
        Specific,
        OutOfWork,
    }

    /// <summary>Checks what concerns the peer's own certificate alone: key, usage, purpose, validity.</summary>
    public static ValidationFailure? CheckLeaf(ParsedCertificate leaf, PeerRole peer, DateTimeOffset now)
    {
        if (CheckLeafKey(leaf) is { } failure)
            return failure;
        if (leaf.Extensions.UnknownCritical is { } unknown)
            return Fail(FailureReason.CriticalExtension, leaf, unknown); // HT-CERT-8
        return CheckPurpose(leaf, peer) ?? CheckValidity(leaf, now);
    }

    /// <summary>Checks that the certificate holds an ML-DSA-65 key which may sign handshakes: what no policy can waive.</summary>
    public static ValidationFailure? CheckLeafKey(ParsedCertificate leaf)
    {
        if (leaf.KeyProblem is { } keyProblem)
            return Fail(FailureReason.KeyAlgorithm, leaf, keyProblem);
        if (leaf.Extensions.KeyUsageProblem is { } usageProblem)
            return Fail(FailureReason.KeyUsageConflict, leaf, usageProblem);
        // RFC 9846 §4.5.1.2: digitalSignature must be set where keyUsage is present.
        if (leaf.Extensions.KeyUsage is { } usage && (usage & X509KeyUsageFlags.DigitalSignature) == 0)
            return Fail(FailureReason.KeyUsage, leaf); // HT-CERT-3
        return null;
    }

    /// <summary>Searches a path from the first of <paramref name="presented"/> to an anchor; <see cref="CheckLeaf"/> has passed.</summary>
    /// <returns>The path, leaf first, anchor last; or the failure that says most.</returns>
    public static PathResult Validate(TrustAnchorSet anchors, IReadOnlyList<ParsedCertificate> presented, PeerRole peer, DateTimeOffset now)
    {
        // The anchor itself was presented: it is trusted as it is, no signature says more.
        if (anchors.Find(presented[0].Der.Span) is { } anchor) // HT-CERT-1
            return new PathResult([anchor], null, 0);
        var search = new PathValidator(anchors, presented, peer, now);
        search._path.Add(presented[0]);
        bool found = search.Extend();
        return found
            ? new PathResult(search._path, null, search._signatures.Count)
            : new PathResult([], search._failure, search._signatures.Count);
    }

    // Looks for an issuer of the path's last certificate: anchors first, then what was presented; authorities whose key
    // identifier agrees before the others (identifiers are hints: RFC 5280 §4.2.1.1).
    private bool Extend()
    {
        ParsedCertificate child = _path[^1];
        if (child.ForeignSignatureAlgorithm is { } algorithm)
        {
            Note(Rank.Specific, Fail(FailureReason.ForeignSignature, child, algorithm));
            return false;
        }

        bool any = false;
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (ParsedCertificate anchor in _anchors.Anchors)
            {
                if (!IsCandidate(child, anchor, agreeing: pass == 0))
                    continue;
                any = true;
                if (!IsIssuer(child, anchor))
                    continue;
                _path.Add(anchor);
                return true;
            }
        }

        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 1; i < _presented.Count; i++)
            {
                ParsedCertificate candidate = _presented[i];
                if (!IsCandidate(child, candidate, agreeing: pass == 0) || IsOnPath(candidate)
                    || _anchors.Find(candidate.Der.Span) is not null)
                    continue;
                any = true;
                if (!IsIssuer(child, candidate))
                    continue;
                _path.Add(candidate);
                if (Extend())
                    return true;
                _path.RemoveAt(_path.Count - 1);
                if (_failureRank == (int)Rank.OutOfWork)
                    return false;
            }
        }

        if (!any)
        {
            Note(Rank.NoIssuer, Fail(FailureReason.UnknownIssuer, child, DistinguishedName.Describe(child.Issuer), _anchors.Describe()));
        }

        return false;
    }

    private static bool IsCandidate(ParsedCertificate child, ParsedCertificate issuer, bool agreeing) =>
        KeyIdentifiersAgree(child, issuer) == agreeing && child.HasIssuer(issuer);

    private static bool KeyIdentifiersAgree(ParsedCertificate child, ParsedCertificate issuer)
    {
        Range authority = child.Extensions.AuthorityKeyIdentifier;
        Range subject = issuer.Extensions.SubjectKeyIdentifier;
        return authority.Equals(default) || subject.Equals(default) || child.Der.Span[authority].SequenceEqual(issuer.Der.Span[subject]);
    }

    // A name with the same key stands once on a path, whichever certificate says so: this is what ends loops of cross-signatures.
    private bool IsOnPath(ParsedCertificate candidate)
    {
        foreach (ParsedCertificate certificate in _path)
        {
            if (certificate.SubjectPublicKeyInfo.Span.SequenceEqual(candidate.SubjectPublicKeyInfo.Span)
                && certificate.HasSubject(candidate))
                return true;
        }

        return false;
    }

    private bool IsIssuer(ParsedCertificate child, ParsedCertificate issuer)
    {
        if (--_steps < 0)
            return NoteOutOfWork();
        ValidationFailure? failure = CheckIssuer(issuer) ?? CheckPathLength(issuer);
        if (failure is not null)
        {
            Note(Rank.Specific, failure);
            return false;
        }

        if (!TryVerify(child, issuer, out bool verified))
            return NoteOutOfWork();
        if (!verified)
        {
            if (KeyIdentifiersAgree(child, issuer))
                Note(Rank.Specific, Fail(FailureReason.CertificateSignature, child, issuer.Describe()));
            else
                Note(Rank.OtherKey, Fail(FailureReason.OtherIssuerKey, child, issuer.Describe()));
            return false;
        }

        return CheckNames(issuer);
    }

    private ValidationFailure? CheckIssuer(ParsedCertificate issuer)
    {
        CertificateExtensions extensions = issuer.Extensions;
        if (issuer.KeyProblem is { } keyProblem)
            return Fail(FailureReason.KeyAlgorithm, issuer, keyProblem);
        if (extensions.UnknownCritical is { } unknown)
            return Fail(FailureReason.CriticalExtension, issuer, unknown);
        if (!extensions.IsAuthority)
            return Fail(FailureReason.NotCA, issuer); // HT-CERT-2
        if (extensions.KeyUsageProblem is { } usageProblem)
            return Fail(FailureReason.KeyUsageConflict, issuer, usageProblem);
        if (extensions.KeyUsage is { } usage && (usage & X509KeyUsageFlags.KeyCertSign) == 0)
            return Fail(FailureReason.KeyCertSign, issuer);
        return CheckPurpose(issuer, _peer) ?? CheckValidity(issuer, _now);
    }

    // §6.1.4 (l), (m): self-issued certificates do not count, nor does the leaf.
    private ValidationFailure? CheckPathLength(ParsedCertificate issuer)
    {
        if (issuer.Extensions.PathLength is not { } limit)
            return null;
        int between = 0;
        for (int i = 1; i < _path.Count; i++)
            between += _path[i].IsSelfIssued ? 0 : 1;
        return between > limit
            ? Fail(FailureReason.PathLength, issuer, limit, between)
            : null;
    }

    // §6.1.3 (b), (c): self-issued certificates are exempt unless they are the leaf.
    private bool CheckNames(ParsedCertificate issuer) // HT-CERT-7
    {
        if (issuer.Extensions.NameConstraints is not { } constraints)
            return true;
        for (int i = 0; i < _path.Count; i++)
        {
            if (i > 0 && _path[i].IsSelfIssued)
                continue;
            string? violation = constraints.FindViolation(_path[i], ref _nameComparisons);
            if (_nameComparisons < 0)
                return NoteOutOfWork();
            if (violation is null)
                continue;
            Note(Rank.Specific, Fail(FailureReason.NameConstraints, _path[i], issuer.Describe(), violation));
            return false;
        }

        return true;
    }

    private bool TryVerify(ParsedCertificate child, ParsedCertificate issuer, out bool verified)
    {
        verified = ReferenceEquals(child.VerifiedBy, issuer);
        if (verified)
            return true;
        foreach ((ParsedCertificate knownChild, ParsedCertificate knownIssuer, bool known) in _signatures)
        {
            if (ReferenceEquals(knownChild, child) && ReferenceEquals(knownIssuer, issuer))
            {
                verified = known;
                return true;
            }
        }

        if (_signatures.Count == MaxSignatures) // HT-CERT-9
            return false;
        verified = issuer.Key.Verify(child.ToBeSigned, child.Signature);
        _signatures.Add((child, issuer, verified));
        return true;
    }

    private static ValidationFailure? CheckPurpose(ParsedCertificate certificate, PeerRole peer) // HT-CERT-4
    {
        CertificateExtensions extensions = certificate.Extensions;
        bool allowed = !extensions.HasExtendedKeyUsage ||
            (peer == PeerRole.Server ? extensions.AllowsServerAuthentication : extensions.AllowsClientAuthentication);
        return allowed
            ? null
            : Fail(peer == PeerRole.Server ? FailureReason.ServerPurpose : FailureReason.ClientPurpose, certificate);
    }

    // §4.1.2.5: both ends are inclusive; notAfter names a whole second.
    private static ValidationFailure? CheckValidity(ParsedCertificate certificate, DateTimeOffset now) // HT-CERT-6
    {
        if (now < certificate.NotBefore)
            return Fail(FailureReason.NotYetValid, certificate, Date(certificate.NotBefore), Date(now));
        if (now - certificate.NotAfter >= TimeSpan.FromSeconds(1))
            return Fail(FailureReason.Expired, certificate, Date(certificate.NotAfter), Date(now));
        return null;
    }

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static ValidationFailure Fail(FailureReason reason, ParsedCertificate certificate, params ReadOnlySpan<object?> arguments) =>
        ValidationFailure.Of(reason, [certificate.Describe(), .. arguments]);

    private bool NoteOutOfWork()
    {
        Note(Rank.OutOfWork, Fail(FailureReason.PathTooComplex, _path[0], MaxSignatures));
        return false;
    }

    // Of several failures the first of the highest rank is told.
    private void Note(Rank rank, ValidationFailure failure)
    {
        if ((int)rank <= _failureRank)
            return;
        _failureRank = (int)rank;
        _failure = failure;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridTls.Certificates;

namespace HybridTls;

/// <summary>
/// How a peer is judged: by trust anchors, by pinned public keys, by both, and by one's own callback. Immutable; one instance
/// serves any number of connections, and serves them faster than a new one, since it keeps what it learned about its keys.
/// </summary>
/// <remarks>
/// There is no default and no system trust store: the public authorities issue no ML-DSA certificates. An authority is trusted
/// because it is named here. Revocation is not checked: prefer short lifetimes, or refuse in a callback.
/// </remarks>
public sealed class PeerValidation
{
    private readonly TrustAnchorSet? _anchors;
    private readonly PinnedKeySet? _pins;
    private readonly Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>>? _callback;
    private readonly string? _serverName;
    private readonly bool _anyServerName;
    private byte[]? _fingerprint;

    private PeerValidation(
        TrustAnchorSet? anchors,
        PinnedKeySet? pins,
        Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>>? callback = null,
        string? serverName = null,
        bool anyServerName = false)
    {
        _anchors = anchors;
        _pins = pins;
        _callback = callback;
        _serverName = serverName;
        _anyServerName = anyServerName;
    }

    /// <summary>Whether raw public keys can be judged: with pinned keys and no anchors, or by a callback alone.</summary>
    internal bool AcceptsRawPublicKeys => _anchors is null;

    /// <summary>Whether a server's certificate is checked against the name that the client expects.</summary>
    internal bool NeedsServerName => _anchors is not null && _serverName is null && !_anyServerName;

    /// <summary>The anchors' subjects as encoded Names, for certificate_authorities (RFC 9846 §4.3.4); empty without anchors.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> AnchorSubjects => _anchors?.Subjects ?? [];

    /// <summary>
    /// A hash of whom this accepts, 32 bytes, the same in every process: sessions are resumed only under the trust they began under. A
    /// callback has no content to hash; it is asked again at every resumption instead.
    /// </summary>
    internal ReadOnlyMemory<byte> Fingerprint => _fingerprint ??= ComputeFingerprint();

    /// <summary>
    /// The peer's certificate must lead to one of <paramref name="anchors"/> (RFC 5280 §6): ML-DSA-65 signatures, validity,
    /// purpose, constraints; and a server's must carry the expected name (RFC 9525). An anchor may be the peer's own certificate.
    /// </summary>
    /// <exception cref="ArgumentException">No anchor is given.</exception>
    /// <exception cref="CryptographicException">An anchor has no ML-DSA-65 key, or is not of version 3.</exception>
    public static PeerValidation TrustAnchors(params IEnumerable<X509Certificate2> anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        return new PeerValidation(CreateAnchors(anchors.Select(static anchor => (ReadOnlyMemory<byte>)anchor.RawData)), null);
    }

    /// <summary>As <see cref="TrustAnchors"/>, from the CERTIFICATE blocks of a PEM text.</summary>
    /// <exception cref="CryptographicException">The text holds no certificate, or one has no ML-DSA-65 key.</exception>
    public static PeerValidation TrustAnchorsFromPem(ReadOnlySpan<char> pem) =>
        new(CreateAnchors(PemReader.ReadCertificates(pem).Select(static der => (ReadOnlyMemory<byte>)der)), null);

    /// <summary>As <see cref="TrustAnchorsFromPem"/>, from a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The file holds no certificate, or one has no ML-DSA-65 key.</exception>
    public static PeerValidation TrustAnchorsFromPemFile(string path) => TrustAnchorsFromPem(File.ReadAllText(path));

    /// <summary>
    /// The peer must hold one of these keys; it may present it raw (RFC 7250) or in a certificate. The certificate around a pinned
    /// key is not judged: neither its name, nor its dates, nor its issuer say more than the key does.
    /// </summary>
    /// <exception cref="ArgumentException">No key is given, or one is not ML-DSA-65.</exception>
    public static PeerValidation PinnedPublicKeys(params IEnumerable<MLDsa> keys) => new(null, PinnedKeySet.FromKeys(keys));

    /// <summary>As <see cref="PinnedPublicKeys"/>, by the SHA-256 hash (32 bytes) of each SubjectPublicKeyInfo in DER.</summary>
    /// <exception cref="ArgumentException">No hash is given, or one is not of 32 bytes.</exception>
    public static PeerValidation PinnedPublicKeyHashes(params IEnumerable<ReadOnlyMemory<byte>> hashes) =>
        new(null, PinnedKeySet.FromHashes(hashes));

    /// <summary>
    /// <paramref name="callback"/> alone decides. Nothing else protects the connection: neither issuer nor name nor dates are
    /// checked; what the checks would have objected to stands in <see cref="PeerValidationContext.Findings"/>. The peer still
    /// proves that it holds the key it presents.
    /// </summary>
    public static PeerValidation DangerousCallbackAlone(Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new PeerValidation(null, null, callback);
    }

    /// <summary>Also demands that one of these keys is on the validated path: the peer's own, an authority's, or the anchor's.</summary>
    /// <exception cref="InvalidOperationException">There are no trust anchors, or keys are pinned already.</exception>
    public PeerValidation AndPinnedPublicKeys(params IEnumerable<MLDsa> keys) => AndPins(PinnedKeySet.FromKeys(keys));

    /// <summary>As <see cref="AndPinnedPublicKeys"/>, by the SHA-256 hash (32 bytes) of each SubjectPublicKeyInfo in DER.</summary>
    /// <exception cref="InvalidOperationException">There are no trust anchors, or keys are pinned already.</exception>
    public PeerValidation AndPinnedPublicKeyHashes(params IEnumerable<ReadOnlyMemory<byte>> hashes) =>
        AndPins(PinnedKeySet.FromHashes(hashes));

    /// <summary>Asks <paramref name="callback"/> about every peer that all other checks accept: it can refuse, never accept more.</summary>
    /// <exception cref="InvalidOperationException">There is a callback already.</exception>
    public PeerValidation WithCallback(Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (_callback is not null)
            throw new InvalidOperationException("This PeerValidation has a callback already.");
        return new PeerValidation(_anchors, _pins, callback, _serverName, _anyServerName);
    }

    /// <summary>
    /// Expects <paramref name="serverName"/> (a host name or an IP address) in a server's certificate, whatever name the connection was
    /// opened with.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="serverName"/> is neither a host name nor an address.</exception>
    public PeerValidation WithServerName(string serverName)
    {
        if (!HostName.TryParse(serverName, out _))
            throw new ArgumentException($"\"{serverName}\" is neither a host name nor an IP address.", nameof(serverName));
        return new PeerValidation(_anchors, _pins, _callback, serverName);
    }

    /// <summary>Accepts any name in a server's certificate: every certificate the anchors' authorities issue for servers will do.</summary>
    public PeerValidation DangerousAnyServerName() => new(_anchors, _pins, _callback, anyServerName: true);

    /// <summary>Runs all checks but the callback; never throws for what a peer sent.</summary>
    internal PeerEvaluation Evaluate(PeerValidationRequest request)
    {
        try
        {
            return request.IsRawPublicKey ? EvaluateRawPublicKey(request) : EvaluateChain(request);
        }
        catch (HybridTlsException exception)
        {
            return Refuse(ValidationFailure.Of(exception));
        }
    }

    private static TrustAnchorSet CreateAnchors(IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        var anchors = new TrustAnchorSet(certificates);
        if (anchors.Anchors.IsEmpty)
            throw new ArgumentException("No trust anchor is given: name at least one certificate.", nameof(certificates));
        return anchors;
    }

    private byte[] ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendSorted(hash, _anchors?.Anchors.ToArray().Select(static anchor => SHA256.HashData(anchor.Der.Span)) ?? []);
        AppendSorted(hash, _pins?.Hashes ?? []);
        hash.AppendData([(byte)(_anchors is null ? 0 : 1), (byte)(_pins is null ? 0 : 1), (byte)(_callback is null ? 0 : 1), (byte)(_anyServerName ? 1 : 0)]);
        hash.AppendData(Encoding.UTF8.GetBytes(_serverName ?? ""));
        return hash.GetHashAndReset();
    }

    /// <summary>Adds hashes of 32 bytes in an order of their own: the order in which trust was configured means nothing.</summary>
    private static void AppendSorted(IncrementalHash hash, IEnumerable<byte[]> hashes)
    {
        List<byte[]> sorted = [.. hashes];
        sorted.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(count, sorted.Count);
        hash.AppendData(count);
        foreach (byte[] item in sorted)
            hash.AppendData(item);
    }

    private PeerValidation AndPins(PinnedKeySet pins)
    {
        if (_anchors is null || _pins is not null)
            throw new InvalidOperationException("Pinned keys are added to trust anchors, once: start with PeerValidation.TrustAnchors, " +
                "or use PinnedPublicKeys alone.");
        return new PeerValidation(_anchors, pins, _callback, _serverName, _anyServerName);
    }

    private PeerEvaluation EvaluateRawPublicKey(PeerValidationRequest request)
    {
        if (request.Certificates.Count != 1)
            return Refuse(FailureReason.PublicKeyCount);
        ReadOnlyMemory<byte> encoded = request.Certificates[0];
        ReadOnlyMemory<byte> bytes = MLDsaPublicKeyInfo.Read(encoded);
        if (!AcceptsRawPublicKeys)
            return Refuse(FailureReason.RawPublicKeyUnjudged); // HT-AUTH-9
        if (_pins is null)
            return Accept(request, new VerificationKey(bytes), encoded, [], ["No trust anchors and no pinned keys: the raw public key " +
                "was not judged."]);
        return _pins.TryFind(encoded.Span, out VerificationKey? pinned)
            ? Accept(request, pinned, encoded, [], [])
            : Refuse(FailureReason.KeyNotPinned, HashOf(encoded));
    }

    private PeerEvaluation EvaluateChain(PeerValidationRequest request)
    {
        if (request.Certificates.Count is 0 or > PathValidator.MaxCertificates)
            return Refuse(FailureReason.CertificateCount, request.Certificates.Count, PathValidator.MaxCertificates);

        DateTimeOffset now = request.TimeProvider.GetUtcNow();
        if (_anchors is not null)
            return EvaluatePath(_anchors, request, now);

        ParsedCertificate leaf = ParsedCertificate.Parse(request.Certificates[0]);
        if (PathValidator.CheckLeafKey(leaf) is { } unusable)
            return Refuse(unusable);
        ReadOnlyMemory<byte> encoded = leaf.SubjectPublicKeyInfo;
        if (_pins is null)
            return Accept(request, leaf.Key, encoded, [], CollectFindings(request, leaf, now));
        if (!_pins.TryFind(encoded.Span, out VerificationKey? pinned))
            return Refuse(FailureReason.KeyNotPinned, HashOf(encoded));
        return Accept(request, pinned, encoded, [], []);
    }

    private PeerEvaluation EvaluatePath(TrustAnchorSet anchors, PeerValidationRequest request, DateTimeOffset now)
    {
        var presented = new ParsedCertificate[request.Certificates.Count];
        for (int i = 0; i < presented.Length; i++)
            presented[i] = anchors.Resolve(request.Certificates[i]);

        ParsedCertificate leaf = presented[0];
        if ((PathValidator.CheckLeaf(leaf, request.Peer, now) ?? CheckServerName(request, leaf)) is { } refused)
            return Refuse(refused);
        PathResult result = PathValidator.Validate(anchors, presented, request.Peer, now);
        if (result.Failure is not null)
            return Refuse(result.Failure);
        if (_pins is not null && !result.Path.Any(certificate => _pins.TryFind(certificate.SubjectPublicKeyInfo.Span, out _))) // HT-CERT-11
            return Refuse(FailureReason.KeyNotPinned, HashOf(leaf.SubjectPublicKeyInfo));
        anchors.Recent.Add(result.Path);
        return Accept(request, leaf.Key, leaf.SubjectPublicKeyInfo, result.Path, []);
    }

    private ValidationFailure? CheckServerName(PeerValidationRequest request, ParsedCertificate leaf)
    {
        if (request.Peer != PeerRole.Server || _anyServerName)
            return null;
        string? expected = _serverName ?? request.ServerName;
        if (string.IsNullOrEmpty(expected))
            return ValidationFailure.Of(FailureReason.NoServerName);

        if (!HostName.TryParse(expected, out HostName name))
            return ValidationFailure.Of(FailureReason.InvalidServerName, expected);
        return name.Matches(leaf)
            ? null
            : ValidationFailure.Of(FailureReason.ServerName, name.Describe(), HostName.DescribeNames(leaf));
    }

    private List<string> CollectFindings(PeerValidationRequest request, ParsedCertificate leaf, DateTimeOffset now)
    {
        List<string> findings = ["No trust anchors: the chain was not judged."];
        if (PathValidator.CheckLeaf(leaf, request.Peer, now) is { } failure)
            findings.Add(failure.Message);
        if (request.Peer == PeerRole.Server && CheckServerName(request, leaf) is { } mismatch)
            findings.Add(mismatch.Message);
        return findings;
    }

    private PeerEvaluation Accept(
        PeerValidationRequest request,
        VerificationKey key,
        ReadOnlyMemory<byte> encodedKey,
        IReadOnlyList<ParsedCertificate> path,
        IReadOnlyList<string> findings) =>
        _callback is null // HT-AUTH-4
            ? new PeerEvaluation(key, null)
            : new PeerEvaluation(key, null, new PeerValidationContext(request, encodedKey, path, findings), _callback);

    private static string HashOf(ReadOnlyMemory<byte> encoded) => Convert.ToHexString(SHA256.HashData(encoded.Span));

    private static PeerEvaluation Refuse(FailureReason reason, params ReadOnlySpan<object?> arguments) =>
        Refuse(ValidationFailure.Of(reason, arguments));

    private static PeerEvaluation Refuse(ValidationFailure failure) => new(null, failure);
}

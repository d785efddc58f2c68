using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Transport;

namespace HybridTls;

/// <summary>
/// What a server, or a client that authenticates itself, proves its identity with: an X.509 chain with an ML-DSA-65 key, or a raw
/// public key (RFC 7250). One credential serves any number of connections at a time.
/// </summary>
public sealed class HybridTlsCredential : IDisposable
{
    private readonly MLDsa? _key;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>>? _signer;
    private readonly bool _leaveOpen;
    private readonly CredentialChain? _chain;
    private readonly VerificationKey _publicKey;
    private readonly byte[]? _rawEntries;
    private readonly ConcurrentDictionary<CertificateCompressionAlgorithm, byte[]> _compressed = new();

    private HybridTlsCredential(CredentialChain chain, MLDsa key, bool leaveOpen)
        : this(chain.Leaf.SubjectPublicKeyInfo, chain.Leaf.Key)
    {
        _chain = chain;
        _key = key;
        _leaveOpen = leaveOpen;
    }

    private HybridTlsCredential(CredentialChain chain, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer)
        : this(chain.Leaf.SubjectPublicKeyInfo, chain.Leaf.Key)
    {
        _chain = chain;
        _signer = signer;
    }

    private HybridTlsCredential(
        byte[] publicKeyInfo,
        VerificationKey publicKey,
        MLDsa? key,
        bool leaveOpen,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>>? signer)
        : this(publicKeyInfo, publicKey)
    {
        _key = key;
        _leaveOpen = leaveOpen;
        _signer = signer;
        _rawEntries = CredentialChain.EncodeEntries([publicKeyInfo]);
    }

    private HybridTlsCredential(ReadOnlyMemory<byte> publicKeyInfo, VerificationKey publicKey)
    {
        SubjectPublicKeyInfo = publicKeyInfo;
        _publicKey = publicKey;
    }

    /// <summary>Whether this is a raw public key without certificates.</summary>
    public bool IsRawPublicKey => _chain is null;

    /// <summary>The public key: SubjectPublicKeyInfo in DER, 1974 bytes.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The certificates in DER, leaf first; empty for a raw public key.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates => _chain?.Certificates ?? [];

    /// <summary>When the leaf expires; null for a raw public key.</summary>
    public DateTimeOffset? NotAfter => _chain?.Leaf.NotAfter;

    /// <summary>Whether signing must be awaited (<see cref="SignAsync"/>); else <see cref="Sign"/> does it at once.</summary>
    internal bool IsRemote => _signer is not null;

    /// <summary>The CertificateEntry structures for the Certificate message (RFC 9846 §4.5.1), without the length of the list.</summary>
    internal ReadOnlyMemory<byte> CertificateEntries => _chain is null ? _rawEntries : _chain.Entries;

    /// <summary>Whether the certificate carries <paramref name="serverName"/> (RFC 9525); never for a raw public key.</summary>
    internal bool Names(string serverName) => _chain is not null && HostName.TryParse(serverName, out HostName name) && name.Matches(_chain.Leaf);

    /// <summary>Loads a key from a PEM file, to be presented as a raw public key (RFC 7250).</summary>
    /// <param name="privateKeyPath">The file of the PRIVATE KEY or ENCRYPTED PRIVATE KEY block.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The contents are no ML-DSA-65 key; the message says what to change.</exception>
    public static HybridTlsCredential FromRawPublicKeyPemFile(string privateKeyPath, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(privateKeyPath);
        using SecretText key = SecretText.Read(privateKeyPath);
        return FromRawPublicKey(PrivateKeyReader.FromPem(key.Characters, password));
    }

    /// <summary>Loads a chain (leaf first) and its key from two PEM files, as OpenSSL and Node write them.</summary>
    /// <param name="certificatePath">The file of CERTIFICATE blocks.</param>
    /// <param name="privateKeyPath">The file of the PRIVATE KEY or ENCRYPTED PRIVATE KEY block; may be the same file.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">
    /// The contents are no ML-DSA-65 chain and its key; the message says what to change.
    /// </exception>
    public static HybridTlsCredential FromPemFiles(string certificatePath, string privateKeyPath, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePath);
        ArgumentException.ThrowIfNullOrEmpty(privateKeyPath);
        string certificates = File.ReadAllText(certificatePath);
        using SecretText key = SecretText.Read(privateKeyPath);
        return FromPem(certificates, key.Characters, password);
    }

    /// <summary>Reads a chain (leaf first) and its key from PEM texts.</summary>
    /// <exception cref="CryptographicException">
    /// The contents are no ML-DSA-65 chain and its key; the message says what to change.
    /// </exception>
    public static HybridTlsCredential FromPem(
        ReadOnlySpan<char> certificatePem, ReadOnlySpan<char> privateKeyPem, ReadOnlySpan<char> password = default)
    {
        CredentialChain chain = CredentialChain.FromOrdered(PemReader.ReadCertificates(certificatePem));
        MLDsa key = PrivateKeyReader.FromPem(privateKeyPem, password);
        try
        {
            return Join(chain, key, leaveOpen: false);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Loads a chain and its key from a PKCS#12 file (.p12, .pfx); its certificates may stand in any order.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The password is wrong, or the contents are no ML-DSA-65 chain and its key.</exception>
    public static HybridTlsCredential FromPkcs12File(string path, string? password = null) => FromPkcs12(File.ReadAllBytes(path), password);

    /// <summary>Reads a chain and its key from PKCS#12; its certificates may stand in any order.</summary>
    /// <exception cref="CryptographicException">The password is wrong, or the contents are no ML-DSA-65 chain and its key.</exception>
    public static HybridTlsCredential FromPkcs12(ReadOnlyMemory<byte> source, ReadOnlySpan<char> password = default)
    {
        var certificates = new List<byte[]>();
        MLDsa key = Pkcs12Reader.Read(source, password, certificates);
        try
        {
            return Join(CredentialChain.FromUnordered(certificates, key.ExportMLDsaPublicKey()), key, leaveOpen: false);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Joins a chain (leaf first) and its key.</summary>
    /// <param name="chain">The certificates, which are copied.</param>
    /// <param name="privateKey">The key of the first certificate.</param>
    /// <param name="leaveOpen">
    /// False: the key is disposed with the credential, and at once where this method fails. True: the caller disposes it, later.
    /// </param>
    /// <exception cref="CryptographicException">It is no ML-DSA-65 chain in order, or the key is another's.</exception>
    public static HybridTlsCredential Create(IEnumerable<X509Certificate2> chain, MLDsa privateKey, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(privateKey);
        try
        {
            return Join(CredentialChain.FromOrdered(chain.Select(static certificate => certificate.RawData)), privateKey, leaveOpen);
        }
        catch
        {
            if (!leaveOpen)
                privateKey.Dispose();
            throw;
        }
    }

    /// <summary>Joins one certificate and its key; as <see cref="Create(IEnumerable{X509Certificate2}, MLDsa, bool)"/>.</summary>
    /// <exception cref="CryptographicException">It is no ML-DSA-65 certificate, or the key is another's.</exception>
    public static HybridTlsCredential Create(X509Certificate2 certificate, MLDsa privateKey, bool leaveOpen = false) =>
        Create([certificate], privateKey, leaveOpen);

    /// <summary>Joins a chain (leaf first) and a signer elsewhere: a key vault, an HSM, another process.</summary>
    /// <param name="chain">The certificates, which are copied.</param>
    /// <param name="signer">
    /// Signs the content (some 130 bytes) with pure ML-DSA-65 and an empty context, and returns the 3309 bytes of the signature,
    /// which is verified before it is sent. Called once a handshake, by many connections at a time.
    /// </param>
    /// <exception cref="CryptographicException">It is no ML-DSA-65 chain in order.</exception>
    public static HybridTlsCredential CreateRemote(
        IEnumerable<X509Certificate2> chain, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(signer);
        CredentialChain checkedChain = CredentialChain.FromOrdered(chain.Select(static certificate => certificate.RawData));
        ThrowIfUnusable(checkedChain);
        return new HybridTlsCredential(checkedChain, signer);
    }

    /// <summary>A raw public key (RFC 7250): the peer must know it beforehand (<see cref="PeerValidation.PinnedPublicKeys"/>).</summary>
    /// <param name="privateKey">An ML-DSA-65 key.</param>
    /// <param name="leaveOpen">
    /// False: the key is disposed with the credential, and at once where this method fails. True: the caller disposes it, later.
    /// </param>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65.</exception>
    public static HybridTlsCredential FromRawPublicKey(MLDsa privateKey, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        try
        {
            ThrowIfNotMLDsa65(privateKey);
            byte[] bytes = privateKey.ExportMLDsaPublicKey();
            return new HybridTlsCredential(MLDsaPublicKeyInfo.Encode(bytes), new VerificationKey(bytes), privateKey, leaveOpen, null);
        }
        catch
        {
            if (!leaveOpen)
                privateKey.Dispose();
            throw;
        }
    }

    /// <summary>A raw public key (RFC 7250) whose private key signs elsewhere.</summary>
    /// <param name="subjectPublicKeyInfo">The key, SubjectPublicKeyInfo in DER.</param>
    /// <param name="signer">As in <see cref="CreateRemote"/>.</param>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65.</exception>
    public static HybridTlsCredential FromRemoteRawPublicKey(
        ReadOnlySpan<byte> subjectPublicKeyInfo, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        byte[] encoded = subjectPublicKeyInfo.ToArray();
        if (!MLDsaPublicKeyInfo.IsMLDsa65(encoded))
            throw new CryptographicException(MLDsaPublicKeyInfo.Describe(encoded, "The public key"));
        byte[] bytes = encoded[(encoded.Length - MLDsaPublicKeyInfo.KeySize)..];
        return new HybridTlsCredential(encoded, new VerificationKey(bytes), null, true, signer);
    }

    /// <summary>Disposes the private key, unless it was left to the caller. Handshakes under way fail then.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
            _key?.Dispose();
    }

    /// <summary>Whose credential it is: the leaf's subject, or the hash of the raw key.</summary>
    public override string ToString() => _chain is null
        ? "raw public key, SHA-256 " + Convert.ToHexString(SHA256.HashData(SubjectPublicKeyInfo.Span))
        : _chain.Leaf.Describe();

    /// <summary>The body of our Certificate message, compressed once for all connections (RFC 8879).</summary>
    internal byte[] GetCompressed(CertificateCompressionAlgorithm algorithm, ReadOnlySpan<byte> body) =>
        _compressed.TryGetValue(algorithm, out byte[]? compressed)
            ? compressed
            : _compressed.GetOrAdd(algorithm, CertificateCompressor.Compress(algorithm, body));

    /// <summary>Signs with pure ML-DSA-65 and an empty context: writes 3309 bytes.</summary>
    /// <exception cref="InvalidOperationException">The signer is remote.</exception>
    internal void Sign(ReadOnlySpan<byte> content, Span<byte> signature)
    {
        if (_key is null)
            throw new InvalidOperationException("This credential signs elsewhere: await SignAsync.");
        _key.SignData(content, signature);
    }

    /// <summary>Signs with pure ML-DSA-65 and an empty context, here or elsewhere; a signature from elsewhere is verified.</summary>
    /// <exception cref="HybridTlsException">The remote signer failed or returned no signature of this key (internal_error).</exception>
    internal async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (_signer is null)
        {
            byte[] own = new byte[MLDsaAlgorithm.MLDsa65.SignatureSizeInBytes];
            Sign(content.Span, own);
            return own;
        }

        byte[] signature;
        try
        {
            signature = await HostCall.BoundAsync(_signer(content, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the user's code throws means that there is no signature.
        catch (Exception exception)
        {
            throw TlsError.CreateFrom(exception, FailureReason.SignerFailed, exception.Message);
        }
#pragma warning restore CA1031
        return signature is not null && _publicKey.Verify(content.Span, signature)
            ? signature
            : throw TlsError.Create(FailureReason.SignerSignature, this); // HT-AUTH-10
    }

    private static HybridTlsCredential Join(CredentialChain chain, MLDsa key, bool leaveOpen)
    {
        ThrowIfNotMLDsa65(key);
        chain.ThrowIfNotKeyOfLeaf(key.ExportMLDsaPublicKey());
        ThrowIfUnusable(chain);
        return new HybridTlsCredential(chain, key, leaveOpen);
    }

    private static void ThrowIfUnusable(CredentialChain chain)
    {
        if (PathValidator.CheckLeafKey(chain.Leaf) is { } failure)
            throw new CryptographicException(failure.Message);
    }

    private static void ThrowIfNotMLDsa65(MLDsa key)
    {
        if (key.Algorithm != MLDsaAlgorithm.MLDsa65)
            throw new CryptographicException($"The private key is {key.Algorithm.Name}: HybridTls needs an ML-DSA-65 key.");
    }
}

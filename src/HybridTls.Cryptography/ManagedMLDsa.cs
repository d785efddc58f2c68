using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// An ML-DSA-65 key (FIPS 204), fully managed: what the BCL's <see cref="MLDsa"/> offers, on every platform. The sizes in bytes are:
/// public key 1,952; private key 4,032; private seed 32; signature 3,309. Contexts are at most 255 bytes long.
/// </summary>
/// <remarks>
/// Signing is hedged: it mixes 32 fresh random bytes with the key and the message. <see cref="SignDataDeterministic"/> does without.
/// For HashML-DSA the BCL admits the hash functions that are strong enough: SHA-384, SHA-512, SHA3-384, SHA3-512 and SHAKE256.
/// Instances may be used by several threads at once. A key keeps its expanded matrix, and a private key its secrets in the NTT domain,
/// so that only the first use pays for them. Secrets lie in memory that the collector does not move and are zeroed by
/// <see cref="MLDsa.Dispose()"/>, after uses under way have ended.
/// </remarks>
/// <example>
/// <code>
/// using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
/// byte[] signature = key.SignData(data);
/// using MLDsa publicKey = ManagedMLDsa.ImportMLDsaPublicKey(MLDsaAlgorithm.MLDsa65, key.ExportMLDsaPublicKey());
/// bool isValid = publicKey.VerifyData(data, signature);
/// </code>
/// </example>
public sealed partial class ManagedMLDsa : MLDsa
{
    private readonly MLDsa65VerificationKey _verificationKey;
    private readonly MLDsa65SigningKey? _signingKey;
    private readonly SecretMemory? _seed;
    private readonly UseGuard _seedGuard;
    private bool _disposed;

    private ManagedMLDsa(ReadOnlySpan<byte> publicKey, MLDsa65SigningKey? signingKey, SecretMemory? seed)
        : base(MLDsaAlgorithm.MLDsa65)
    {
        _verificationKey = signingKey is null ? new MLDsa65VerificationKey(publicKey) : new MLDsa65VerificationKey(signingKey);
        _signingKey = signingKey;
        _seed = seed;
        _seedGuard = new UseGuard(() => _seed?.Dispose());
    }

    /// <summary>Always <see langword="true"/>: the implementation needs nothing of the platform.</summary>
    public static new bool IsSupported => true;

    /// <summary>
    /// Signs without randomness: the same key, data and context always give the same signature (FIPS 204 §3.4, the deterministic
    /// variant). Prefer <see cref="MLDsa.SignData(ReadOnlySpan{byte}, Span{byte}, ReadOnlySpan{byte})"/>, which withstands faults better.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="destination">Receives the signature, 3,309 bytes.</param>
    /// <param name="context">The context, at most 255 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not 3,309 bytes long.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="context"/> is longer than 255 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key has been disposed.</exception>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    public void SignDataDeterministic(ReadOnlySpan<byte> data, Span<byte> destination, ReadOnlySpan<byte> context = default)
    {
        if (destination.Length != MLDsa65.SignatureSize)
        {
            throw new ArgumentException(
                $"An ML-DSA-65 signature is {MLDsa65.SignatureSize} bytes long, not {destination.Length}.", nameof(destination));
        }

        if (context.Length > MLDsa65.MaxContextSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(context), context.Length, $"A context is at most {MLDsa65.MaxContextSize} bytes long.");
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        Span<byte> mu = stackalloc byte[MLDsa65.MuSize];
        MLDsa65.ComputeMu(_verificationKey.Tr, data, context, mu);
        Span<byte> zeros = stackalloc byte[MLDsa65.RandomizerSize];
        zeros.Clear();
        SigningKey.Sign(mu, zeros, destination);
    }

    /// <summary>Signs (FIPS 204 algorithm 2), hedged.</summary>
    /// <param name="data">The data.</param>
    /// <param name="context">The context.</param>
    /// <param name="destination">Receives the signature.</param>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    protected override void SignDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        Span<byte> mu = stackalloc byte[MLDsa65.MuSize];
        MLDsa65.ComputeMu(_verificationKey.Tr, data, context, mu);
        SignHedged(mu, destination);
    }

    /// <summary>Verifies a signature (FIPS 204 algorithm 3).</summary>
    /// <param name="data">The data.</param>
    /// <param name="context">The context.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Whether the signature is valid.</returns>
    protected override bool VerifyDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, ReadOnlySpan<byte> signature)
    {
        Span<byte> mu = stackalloc byte[MLDsa65.MuSize];
        MLDsa65.ComputeMu(_verificationKey.Tr, data, context, mu);
        return _verificationKey.Verify(mu, signature);
    }

    /// <summary>Signs a digest (HashML-DSA, FIPS 204 algorithm 4), hedged.</summary>
    /// <param name="hash">The digest.</param>
    /// <param name="context">The context.</param>
    /// <param name="hashAlgorithmOid">The hash function's object identifier in dotted form.</param>
    /// <param name="destination">Receives the signature.</param>
    /// <exception cref="CryptographicException">
    /// The key has no private part, or the object identifier is malformed.
    /// </exception>
    protected override void SignPreHashCore(
        ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, Span<byte> destination)
    {
        Span<byte> mu = stackalloc byte[MLDsa65.MuSize];
        ComputePreHashMu(hash, hashAlgorithmOid, context, mu);
        SignHedged(mu, destination);
    }

    /// <summary>Verifies the signature of a digest (HashML-DSA, FIPS 204 algorithm 5).</summary>
    /// <param name="hash">The digest.</param>
    /// <param name="context">The context.</param>
    /// <param name="hashAlgorithmOid">The hash function's object identifier in dotted form.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Whether the signature is valid.</returns>
    /// <exception cref="CryptographicException">The object identifier is malformed.</exception>
    protected override bool VerifyPreHashCore(
        ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, ReadOnlySpan<byte> signature)
    {
        Span<byte> mu = stackalloc byte[MLDsa65.MuSize];
        ComputePreHashMu(hash, hashAlgorithmOid, context, mu);
        return _verificationKey.Verify(mu, signature);
    }

    /// <summary>Signs an externally computed message representative µ (FIPS 204 algorithm 7 from line 7), hedged.</summary>
    /// <param name="externalMu">µ, 64 bytes.</param>
    /// <param name="destination">Receives the signature.</param>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    protected override void SignMuCore(ReadOnlySpan<byte> externalMu, Span<byte> destination)
    {
        SignHedged(externalMu, destination);
    }

    /// <summary>Verifies a signature over an externally computed message representative µ.</summary>
    /// <param name="externalMu">µ, 64 bytes.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Whether the signature is valid.</returns>
    protected override bool VerifyMuCore(ReadOnlySpan<byte> externalMu, ReadOnlySpan<byte> signature)
    {
        return _verificationKey.Verify(externalMu, signature);
    }

    /// <inheritdoc/>
    protected override void ExportMLDsaPublicKeyCore(Span<byte> destination)
    {
        _verificationKey.PublicKey.CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override void ExportMLDsaPrivateKeyCore(Span<byte> destination)
    {
        SigningKey.ExportPrivateKey(destination);
    }

    /// <inheritdoc/>
    protected override void ExportMLDsaPrivateSeedCore(Span<byte> destination)
    {
        _ = SigningKey;
        if (_seed is null)
            throw new CryptographicException("The key was imported as an expanded private key: its seed is not known.");

        using UseGuard.Use use = _seedGuard.Enter(this);
        _seed.Bytes.CopyTo(destination);
    }

    /// <summary>
    /// Writes a PKCS#8 PrivateKeyInfo (RFC 9881 §6): in the seed form if the seed is known, else in the expandedKey form.
    /// </summary>
    /// <param name="destination">Receives the DER encoding.</param>
    /// <param name="bytesWritten">The number of bytes written.</param>
    /// <returns>Whether <paramref name="destination"/> was long enough.</returns>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    protected override bool TryExportPkcs8PrivateKeyCore(Span<byte> destination, out int bytesWritten)
    {
        MLDsa65SigningKey signingKey = SigningKey;
        if (_seed is not null)
        {
            using UseGuard.Use use = _seedGuard.Enter(this);
            return PrivateKeyInfo.TryWrite(KeyFormat.MLDsa65, _seed.Bytes, destination, out bytesWritten);
        }

        using SecretMemory expandedKey = SecretMemory.Cleared(MLDsa65.PrivateKeySize);
        signingKey.ExportPrivateKey(expandedKey.Bytes);
        return PrivateKeyInfo.TryWrite(KeyFormat.MLDsa65, expandedKey.Bytes, destination, out bytesWritten);
    }

    /// <summary>Zeroes the secrets.</summary>
    /// <param name="disposing">Whether the call comes from <see cref="MLDsa.Dispose()"/>.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Volatile.Write(ref _disposed, true);
            _seedGuard.Close();
            _signingKey?.Dispose();
        }

        base.Dispose(disposing);
    }

    // Guards itself against being disposed while it signs.
    private MLDsa65SigningKey SigningKey =>
        _signingKey ?? throw new CryptographicException("The key is public only: it has no private key.");

    private void ComputePreHashMu(ReadOnlySpan<byte> hash, string hashAlgorithmOid, ReadOnlySpan<byte> context, Span<byte> mu)
    {
        Span<byte> oid = stackalloc byte[ObjectIdentifier.MaxSize];
        oid = oid[..ObjectIdentifier.Encode(hashAlgorithmOid, oid)];
        MLDsa65.ComputePreHashMu(_verificationKey.Tr, oid, hash, context, mu);
    }

    private void SignHedged(ReadOnlySpan<byte> mu, Span<byte> destination)
    {
        MLDsa65SigningKey key = SigningKey;
        Span<byte> random = stackalloc byte[MLDsa65.RandomizerSize];
        Entropy.Fill(random);
        key.Sign(mu, random, destination);
        CryptographicOperations.ZeroMemory(random);
    }
}

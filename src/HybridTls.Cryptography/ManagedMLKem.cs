using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// An ML-KEM-768 key (FIPS 203), fully managed: what the BCL's <see cref="MLKem"/> offers, on every platform. The sizes in bytes are:
/// encapsulation key 1,184; decapsulation key 2,400; private seed 64; ciphertext 1,088; shared secret 32.
/// </summary>
/// <remarks>
/// Instances may be used by several threads at once. A private key keeps its expanded form (about 8 KiB). Secrets lie in memory that the
/// collector does not move and are zeroed by <see cref="MLKem.Dispose()"/>, after uses under way have ended.
/// </remarks>
/// <example>
/// <code>
/// using ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
/// using ManagedMLKem publicKey = ManagedMLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, key.ExportEncapsulationKey());
/// publicKey.Encapsulate(out byte[] ciphertext, out byte[] sharedSecret);
/// byte[] theSameSecret = key.Decapsulate(ciphertext);
/// </code>
/// </example>
public sealed partial class ManagedMLKem : MLKem
{
    // dk = dkPKE (1,152 bytes) ‖ ek ‖ H(ek) ‖ z: FIPS 203 algorithm 16.
    private static readonly Range EncapsulationKeyInDecapsulationKey = 1152..(1152 + MLKem768.EncapsulationKeySize);

    private readonly byte[] _encapsulationKey;
    private readonly MLKem768PrivateKey? _privateKey;

    // What a private key was made from, and can be exported as: one of the two.
    private readonly SecretMemory? _seed;
    private readonly SecretMemory? _decapsulationKey;
    private readonly UseGuard _guard;

    private ManagedMLKem(
        byte[] encapsulationKey,
        MLKem768PrivateKey? privateKey = null,
        SecretMemory? seed = null,
        SecretMemory? decapsulationKey = null)
        : base(MLKemAlgorithm.MLKem768)
    {
        _encapsulationKey = encapsulationKey;
        _privateKey = privateKey;
        _seed = seed;
        _decapsulationKey = decapsulationKey;
        _guard = new UseGuard(Release);
    }

    /// <summary>Always <see langword="true"/>: the implementation needs nothing of the platform.</summary>
    public static new bool IsSupported => true;

    /// <summary>Encapsulates with a fresh random message (FIPS 203 algorithm 20).</summary>
    /// <param name="ciphertext">Receives the ciphertext.</param>
    /// <param name="sharedSecret">Receives the shared secret.</param>
    protected override void EncapsulateCore(Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        using UseGuard.Use use = _guard.Enter(this);
        Span<byte> message = stackalloc byte[32];
        Entropy.Fill(message);
        MLKem768.EncapsInternal(_encapsulationKey, message, sharedSecret, ciphertext);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>
    /// Decapsulates (FIPS 203 algorithm 21). A ciphertext that was not made for this key yields a secret that nobody else knows, and
    /// no error: implicit rejection.
    /// </summary>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="sharedSecret">Receives the shared secret.</param>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    protected override void DecapsulateCore(ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        using UseGuard.Use use = _guard.Enter(this);
        if (_privateKey is null)
            throw NoPrivatePart();

        // The caller's spans may overlap; the engine's may not.
        Span<byte> secret = stackalloc byte[MLKem768.SharedSecretSize];
        _privateKey.DecapsInternal(ciphertext, secret);
        secret.CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <inheritdoc/>
    protected override void ExportPrivateSeedCore(Span<byte> destination)
    {
        using UseGuard.Use use = _guard.Enter(this);
        if (_privateKey is null)
            throw NoPrivatePart();
        if (_seed is null)
            throw new CryptographicException("The key was imported as a decapsulation key: its seed is not known.");
        _seed.Bytes.CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override void ExportDecapsulationKeyCore(Span<byte> destination)
    {
        using UseGuard.Use use = _guard.Enter(this);
        WriteDecapsulationKey(destination);
    }

    /// <inheritdoc/>
    protected override void ExportEncapsulationKeyCore(Span<byte> destination)
    {
        using UseGuard.Use use = _guard.Enter(this);
        _encapsulationKey.CopyTo(destination);
    }

    /// <summary>
    /// Writes a PKCS#8 PrivateKeyInfo (RFC 9935 §6): in the seed form if the seed is known, else in the expandedKey form.
    /// </summary>
    /// <param name="destination">Receives the DER encoding.</param>
    /// <param name="bytesWritten">The number of bytes written.</param>
    /// <returns>Whether <paramref name="destination"/> was long enough.</returns>
    /// <exception cref="CryptographicException">The key has no private part.</exception>
    protected override bool TryExportPkcs8PrivateKeyCore(Span<byte> destination, out int bytesWritten)
    {
        using UseGuard.Use use = _guard.Enter(this);
        SecretMemory key = _seed ?? _decapsulationKey ?? throw NoPrivatePart();
        return PrivateKeyInfo.TryWrite(KeyFormat.MLKem768, key.Bytes, destination, out bytesWritten);
    }

    /// <summary>Zeroes the secrets.</summary>
    /// <param name="disposing">Whether the call comes from <see cref="MLKem.Dispose()"/>.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _guard.Close();
        base.Dispose(disposing);
    }

    private static CryptographicException NoPrivatePart() => new("The key is public only: it has no decapsulation key.");

    private void WriteDecapsulationKey(Span<byte> destination)
    {
        if (_decapsulationKey is not null)
        {
            _decapsulationKey.Bytes.CopyTo(destination);
            return;
        }

        Span<byte> seed = (_seed ?? throw NoPrivatePart()).Bytes;
        Span<byte> encapsulationKey = stackalloc byte[MLKem768.EncapsulationKeySize];
        MLKem768.KeyGenInternal(seed[..32], seed[32..], encapsulationKey, destination);
    }

    private void Release()
    {
        _privateKey?.Dispose();
        _seed?.Dispose();
        _decapsulationKey?.Dispose();
    }
}

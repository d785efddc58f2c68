using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>ML-DSA-65 (FIPS 204): sizes, and the operations that keep no key. The back end is chosen here, once per operation.</summary>
internal static class MLDsa65
{
    /// <summary>The size of the seed ξ in bytes.</summary>
    public const int SeedSize = 32;

    /// <summary>The size of a public key in bytes.</summary>
    public const int PublicKeySize = RhoSize + (K * PackedT1Size);

    /// <summary>The size of an expanded private key in bytes.</summary>
    public const int PrivateKeySize = T0Offset + (K * PackedT0Size);

    /// <summary>The size of a signature in bytes.</summary>
    public const int SignatureSize = HintOffset + PackedHintSize;

    /// <summary>The size of the message representative µ in bytes.</summary>
    public const int MuSize = 64;

    /// <summary>The size of tr, the hash of the public key, in bytes.</summary>
    public const int TrSize = MLDsaParameters.TrSize;

    /// <summary>The size of the randomizer rnd in bytes; all zero for deterministic signatures.</summary>
    public const int RandomizerSize = 32;

    /// <summary>The size of the longest context string in bytes.</summary>
    public const int MaxContextSize = 255;

    /// <summary>ML-DSA.KeyGen_internal(ξ) (algorithm 6).</summary>
    /// <param name="seed">ξ: 32 bytes.</param>
    /// <param name="publicKey">Receives 1,952 bytes.</param>
    /// <param name="privateKey">Receives 4,032 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    [SkipLocalsInit]
    public static void KeyGenInternal(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey)
    {
        RequireLength(seed.Length, SeedSize, nameof(seed));
        RequireLength(publicKey.Length, PublicKeySize, nameof(publicKey));
        RequireLength(privateKey.Length, PrivateKeySize, nameof(privateKey));
        Span<int> polynomials = MLDsaMemory.Align(stackalloc int[MLDsaExpandedKey.Coefficients + MLDsaMemory.Padding]);
        MLDsaExpandedKey key = new(polynomials, privateKey);
        MLDsaBackEnd.Selected.Generate(seed, publicKey, key);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(key.Polynomials[(K * L * N)..]));
    }

    /// <summary>Verifies one signature with a key that is not used again (<see cref="MLDsa65VerificationKey"/> for the others).</summary>
    /// <param name="publicKey">1,952 bytes.</param>
    /// <param name="mu">µ: 64 bytes.</param>
    /// <param name="signature">The signature; any other length than 3,309 bytes is no signature.</param>
    /// <exception cref="ArgumentException">The length of the key or of µ is wrong.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature)
    {
        RequireLength(publicKey.Length, PublicKeySize, nameof(publicKey));
        RequireLength(mu.Length, MuSize, nameof(mu));
        return MLDsaBackEnd.Selected.VerifyOnce(publicKey, mu, signature);
    }

    /// <summary>tr = H(pk, 64).</summary>
    /// <param name="publicKey">1,952 bytes.</param>
    /// <param name="tr">Receives 64 bytes.</param>
    public static void ComputeTr(ReadOnlySpan<byte> publicKey, Span<byte> tr)
    {
        Shake256 shake = new();
        shake.Absorb(publicKey[..PublicKeySize]);
        shake.Squeeze(tr[..TrSize]);
        shake.Clear();
    }

    /// <summary>µ of pure ML-DSA (algorithms 2 and 7): H(tr ‖ 0x00 ‖ |ctx| ‖ ctx ‖ M, 64).</summary>
    /// <param name="tr">64 bytes.</param>
    /// <param name="message">The message.</param>
    /// <param name="context">At most 255 bytes.</param>
    /// <param name="mu">Receives 64 bytes.</param>
    /// <exception cref="ArgumentException">The context is too long, or another length is wrong.</exception>
    public static void ComputeMu(
        ReadOnlySpan<byte> tr, ReadOnlySpan<byte> message, ReadOnlySpan<byte> context, Span<byte> mu)
    {
        MLDsaMessageRepresentative representative = MLDsaMessageRepresentative.Pure(tr, context);
        representative.Absorb(message);
        representative.Finish(mu);
    }

    /// <summary>µ of HashML-DSA (algorithms 4 and 7): H(tr ‖ 0x01 ‖ |ctx| ‖ ctx ‖ OID ‖ PH(M), 64).</summary>
    /// <param name="tr">64 bytes.</param>
    /// <param name="hashOid">The DER encoding of the hash function's object identifier.</param>
    /// <param name="digest">PH(M).</param>
    /// <param name="context">At most 255 bytes.</param>
    /// <param name="mu">Receives 64 bytes.</param>
    /// <exception cref="ArgumentException">The context is too long, or another length is wrong.</exception>
    public static void ComputePreHashMu(
        ReadOnlySpan<byte> tr, ReadOnlySpan<byte> hashOid, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> context, Span<byte> mu)
    {
        MLDsaMessageRepresentative representative = MLDsaMessageRepresentative.PreHash(tr, context);
        representative.Absorb(hashOid);
        representative.Absorb(digest);
        representative.Finish(mu);
    }

    internal static void RequireLength(int length, int required, string name)
    {
        if (length != required)
        {
            throw new ArgumentException($"ML-DSA-65 needs {required} bytes here, not {length}.", name);
        }
    }
}

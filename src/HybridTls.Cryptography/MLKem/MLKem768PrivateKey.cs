using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A decapsulation key kept in memory, expanded: decapsulation neither decodes it nor samples the matrix again. What it holds is
/// zeroed when it is disposed.
/// </summary>
internal sealed class MLKem768PrivateKey : IDisposable
{
    // Pinned, so that a moving collector leaves no copies.
    private readonly short[] _coefficients = GC.AllocateUninitializedArray<short>(MLKemExpandedKey.PrivateLength, pinned: true);
    private readonly byte[] _hashAndZ = GC.AllocateUninitializedArray<byte>(2 * MLKemParameters.SymbolSize, pinned: true);
    private bool _disposed;

    private MLKem768PrivateKey()
    {
    }

    /// <summary>Whether the memory holds nothing but zeros: what a test asks after disposal.</summary>
    internal bool IsZero => !_coefficients.AsSpan().ContainsAnyExcept((short)0) && !_hashAndZ.AsSpan().ContainsAnyExcept((byte)0);

    private MLKemExpandedKey Expanded => new(_coefficients);

    private Span<byte> Hash => _hashAndZ.AsSpan(0, MLKemParameters.SymbolSize);

    private Span<byte> Z => _hashAndZ.AsSpan(MLKemParameters.SymbolSize);

    /// <summary>ML-KEM.KeyGen_internal (FIPS 203 Algorithm 16).</summary>
    /// <param name="d">32 random bytes.</param>
    /// <param name="z">32 random bytes.</param>
    /// <param name="ek">Receives the encapsulation key, <see cref="MLKem768.EncapsulationKeySize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static MLKem768PrivateKey KeyGenInternal(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, Span<byte> ek)
    {
        MLKem768.CheckLength(d.Length, MLKemParameters.SymbolSize, nameof(d));
        MLKem768.CheckLength(z.Length, MLKemParameters.SymbolSize, nameof(z));
        MLKem768.CheckLength(ek.Length, MLKem768.EncapsulationKeySize, nameof(ek));
        MLKem768PrivateKey key = new();
        Span<byte> seeds = stackalloc byte[2 * MLKemParameters.SymbolSize];
        MLKem768.ExpandSeed(d, seeds);
        MLKem768.KeyGen(seeds, ek, key.Hash, key.Expanded);
        z.CopyTo(key.Z);
        CryptographicOperations.ZeroMemory(seeds);
        return key;
    }

    /// <summary>Expands a decapsulation key that has passed <see cref="MLKem768.IsValidDecapsulationKey"/>.</summary>
    /// <param name="dk">The key, <see cref="MLKem768.DecapsulationKeySize"/> bytes.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public static MLKem768PrivateKey Expand(ReadOnlySpan<byte> dk)
    {
        MLKem768.CheckLength(dk.Length, MLKem768.DecapsulationKeySize, nameof(dk));
        MLKem768PrivateKey key = new();
        MLKemEncoding.Decode(dk[..MLKemParameters.EncodedVectorSize], key.Expanded.SHat, bits: 12, Lanes.Selected);
        MLKem768.Expand(MLKem768.EncapsulationKeyOf(dk), key.Expanded);
        MLKem768.HashOf(dk).CopyTo(key.Hash);
        dk[^MLKemParameters.SymbolSize..].CopyTo(key.Z);
        return key;
    }

    /// <summary>ML-KEM.Decaps_internal (FIPS 203 Algorithm 18), with implicit rejection.</summary>
    /// <param name="ciphertext">The ciphertext, <see cref="MLKem768.CiphertextSize"/> bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="MLKem768.SharedSecretSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void DecapsInternal(ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        MLKem768.CheckLength(ciphertext.Length, MLKem768.CiphertextSize, nameof(ciphertext));
        MLKem768.CheckLength(sharedSecret.Length, MLKem768.SharedSecretSize, nameof(sharedSecret));
        switch (Lanes.Selected)
        {
            case LaneWidth.Vector512:
                MLKemAlgorithms<Vector512Lanes16, Vector512<short>>.Decaps(Expanded, default, Hash, Z, ciphertext, sharedSecret);
                break;
            case LaneWidth.Vector256:
                MLKemAlgorithms<Vector256Lanes16, Vector256<short>>.Decaps(Expanded, default, Hash, Z, ciphertext, sharedSecret);
                break;
            case LaneWidth.Vector128:
                MLKemAlgorithms<Vector128Lanes16, Vector128<short>>.Decaps(Expanded, default, Hash, Z, ciphertext, sharedSecret);
                break;
            default:
                MLKemAlgorithms<ScalarLanes16, int>.Decaps(Expanded, default, Hash, Z, ciphertext, sharedSecret);
                break;
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_coefficients.AsSpan()));
        CryptographicOperations.ZeroMemory(_hashAndZ);
    }
}

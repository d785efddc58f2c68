using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A decapsulation key kept in memory, expanded: decapsulation neither decodes it nor samples the matrix again. What it holds is
/// zeroed when it is disposed.
/// </summary>
internal sealed class MLKem768PrivateKey : IDisposable
{
    private readonly SecretMemory _memory = new(Parts.Size);

    private MLKem768PrivateKey()
    {
    }

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
        Parts parts = new(key._memory.Bytes);
        Span<byte> seeds = stackalloc byte[2 * MLKemParameters.SymbolSize];
        MLKem768.ExpandSeed(d, seeds);
        MLKemBackEnd.Selected.KeyGen(seeds, ek, parts.Hash, parts.Expanded);
        z.CopyTo(parts.Z);
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
        Parts parts = new(key._memory.Bytes);
        MLKemEncoding.Decode(dk[..MLKemParameters.EncodedVectorSize], parts.Expanded.SHat, bits: 12, Lanes.Selected);
        MLKemBackEnd.Selected.Expand(MLKem768.EncapsulationKeyOf(dk), parts.Expanded, default);
        MLKem768.HashOf(dk).CopyTo(parts.Hash);
        dk[^MLKemParameters.SymbolSize..].CopyTo(parts.Z);
        return key;
    }

    /// <summary>ML-KEM.Decaps_internal (FIPS 203 Algorithm 18), with implicit rejection.</summary>
    /// <param name="ciphertext">The ciphertext, <see cref="MLKem768.CiphertextSize"/> bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="MLKem768.SharedSecretSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void DecapsInternal(ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        MLKem768.CheckLength(ciphertext.Length, MLKem768.CiphertextSize, nameof(ciphertext));
        MLKem768.CheckLength(sharedSecret.Length, MLKem768.SharedSecretSize, nameof(sharedSecret));
        using SecretMemory.Use use = _memory.Enter();
        Parts parts = new(use.Bytes);
        MLKemBackEnd.Selected.Decaps(parts.Expanded, default, parts.Hash, parts.Z, ciphertext, sharedSecret);
    }

    /// <summary>Zeroes the key, at once or when the last decapsulation under way is done; what begins later throws.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>What the memory holds: the polynomials, H(ek), z.</summary>
    private readonly ref struct Parts(Span<byte> memory)
    {
        public const int Size = CoefficientsSize + (2 * MLKemParameters.SymbolSize);

        private const int CoefficientsSize = MLKemExpandedKey.PrivateLength * sizeof(short);

        private readonly Span<byte> _memory = memory;

        public MLKemExpandedKey Expanded => new(MemoryMarshal.Cast<byte, short>(_memory[..CoefficientsSize]));

        public Span<byte> Hash => _memory.Slice(CoefficientsSize, MLKemParameters.SymbolSize);

        public Span<byte> Z => _memory.Slice(CoefficientsSize + MLKemParameters.SymbolSize, MLKemParameters.SymbolSize);
    }
}

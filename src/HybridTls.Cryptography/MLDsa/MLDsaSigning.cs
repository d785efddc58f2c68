using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// Signing (FIPS 204 algorithm 7). Scratch memory is about 44 KiB of stack, cleared before return: small against .NET's smallest
/// default stack (1.5 MB), never copied by the collector, and nothing that threads which sign with one key could contend for.
/// </summary>
internal static class MLDsaSigning<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    private const int MaxMasks = L - 1 + ShakeBatch.MaxCount;
    private const int ScratchPolynomials = MaxMasks + L + K + K + 2;
    private const int ScratchBytes = MLDsa65.MuSize + (K * PackedW1Size) + (K * N) + CommitmentHashSize + MaskSeedSize;

    /// <summary>Signs a message representative µ.</summary>
    [SkipLocalsInit]
    public static void Sign(MLDsaExpandedKey key, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> rnd, Span<byte> signature)
    {
        Span<int> polynomials = MLDsaMemory.Align(stackalloc int[(ScratchPolynomials * N) + MLDsaMemory.Padding]);
        Span<byte> bytes = stackalloc byte[ScratchBytes];
        Attempt attempt = new(polynomials, bytes);
        mu[..MLDsa65.MuSize].CopyTo(attempt.Mu);

        Shake256 shake = new();
        shake.Absorb(key.Key);
        shake.Absorb(rnd[..MLDsa65.RandomizerSize]);
        shake.Absorb(attempt.Mu);
        shake.Squeeze(attempt.MaskSeed);
        shake.Clear();

        MLDsaTrace? trace = MLDsaTrace.Current;
        int counter = 0;
        int available = 0;
        do
        {
            // The masks of successive attempts are the polynomials of successive counters, so that a batch of Keccak states
            // stays full: what one attempt leaves over, the next one uses.
            if (counter > 0)
            {
                attempt.Masks.Slice(L * N, available * N).CopyTo(attempt.Masks);
            }

            while (available < L)
            {
                MLDsaSampling<TLanes, TVector>.ExpandMask(attempt.MaskSeed, counter + available, attempt.Masks[(available * N)..]);
                available += MLDsaSampling<TLanes, TVector>.MaskBatch;
            }

            counter += L;
            available -= L;
            trace?.Attempts += 1;

            // Public decision: whether an attempt is rejected, by which check and by which polynomial, has a probability that does
            // not depend on the key, so restarting and leaving early reveal nothing. A rejected attempt's values would reveal it:
            // they stay in this memory, are overwritten by the next attempt and cleared in the end (FIPS 204 §3.6.3).
        }
        while (!TryAttempt(key, attempt, trace));

        attempt.CommitmentHash.CopyTo(signature);
        for (int i = 0; i < L; i++)
        {
            MLDsaEncoding.Pack(
                attempt.Masks.Slice(i * N, N), bits: 20, Gamma1, -1,
                signature.Slice(CommitmentHashSize + (i * PackedZSize), PackedZSize));
        }

        MLDsaEncoding.PackHint(attempt.HighBytes, signature[HintOffset..]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(polynomials));
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>
    /// Lines 11 to 29 of algorithm 7 for the mask in the first ℓ polynomials of <see cref="Attempt.Masks"/>; on success these are
    /// z, and <see cref="Attempt.HighBytes"/> is the hint. The check that fails most often goes first.
    /// </summary>
    private static bool TryAttempt(MLDsaExpandedKey key, Attempt attempt, MLDsaTrace? trace)
    {
        Span<int> masks = attempt.Masks[..(L * N)];
        Span<int> product = attempt.Product;
        Span<int> challenge = attempt.Challenge;
        MakeChallenge(key, attempt);

        // r₀ = LowBits(w − c·s₂): as in the standard's reference, LowBits(w) − c·s₂ reaches γ₂ − β exactly when r₀ does.
        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<TLanes, TVector>.Multiply(product, challenge, key.S2.Slice(i * N, N));
            MLDsaNtt<TLanes, TVector>.Inverse(product);
            if (MLDsaRounding<TLanes, TVector>.SubtractExceeds(attempt.Low.Slice(i * N, N), product, Gamma2 - Beta))
            {
                trace?.R0Norm += 1;
                return false;
            }
        }

        for (int i = 0; i < L; i++)
        {
            MLDsaNtt<TLanes, TVector>.Multiply(product, challenge, key.S1.Slice(i * N, N));
            MLDsaNtt<TLanes, TVector>.Inverse(product);
            if (MLDsaRounding<TLanes, TVector>.AddExceeds(masks.Slice(i * N, N), product, Gamma1 - Beta))
            {
                trace?.ZNorm += 1;
                return false;
            }
        }

        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<TLanes, TVector>.Multiply(product, challenge, key.T0.Slice(i * N, N));
            MLDsaNtt<TLanes, TVector>.Inverse(product);
            if (MLDsaRounding<TLanes, TVector>.ReduceExceeds(product, Gamma2))
            {
                trace?.CT0Norm += 1;
                return false;
            }

            MLDsaRounding<TLanes, TVector>.MakeHint(
                attempt.Low.Slice(i * N, N), product, attempt.High.Slice(i * N, N), attempt.HighBytes.Slice(i * N, N));
        }

        if (attempt.HighBytes.Count((byte)1) > Omega)
        {
            trace?.HintWeight += 1;
            return false;
        }

        return true;
    }

    /// <summary>Lines 12 to 17: w of the masks, c̃ of its high bits, and NTT(c).</summary>
    private static void MakeChallenge(MLDsaExpandedKey key, Attempt attempt)
    {
        attempt.Masks[..(L * N)].CopyTo(attempt.Transformed);
        for (int i = 0; i < L; i++)
        {
            MLDsaNtt<TLanes, TVector>.Forward(attempt.Transformed.Slice(i * N, N));
        }

        for (int i = 0; i < K; i++)
        {
            Span<int> low = attempt.Low.Slice(i * N, N);
            Span<byte> highBytes = attempt.HighBytes[..N];
            MLDsaNtt<TLanes, TVector>.MultiplyRow(low, key.Matrix.Slice(i * L * N, L * N), attempt.Transformed);
            MLDsaNtt<TLanes, TVector>.Inverse(low);
            MLDsaRounding<TLanes, TVector>.Decompose(low, attempt.High.Slice(i * N, N), low, highBytes);
            MLDsaEncoding.PackNibbles(highBytes, attempt.W1.Slice(i * PackedW1Size, PackedW1Size));
        }

        Shake256 shake = new();
        shake.Absorb(attempt.MuAndW1);
        shake.Squeeze(attempt.CommitmentHash);
        shake.Clear();
        MLDsaChallenge.SampleInBall(attempt.CommitmentHash, attempt.Challenge);
        MLDsaNtt<TLanes, TVector>.Forward(attempt.Challenge);
    }

    /// <summary>One signature's scratch memory by name.</summary>
    private readonly ref struct Attempt(Span<int> polynomials, Span<byte> bytes)
    {
        private readonly Span<int> _polynomials = polynomials;
        private readonly Span<byte> _bytes = bytes;

        /// <summary>Masks y for this attempt and what is left for the next ones; z in the end.</summary>
        public Span<int> Masks => _polynomials[..(MaxMasks * N)];

        /// <summary>NTT(y).</summary>
        public Span<int> Transformed => _polynomials.Slice(MaxMasks * N, L * N);

        /// <summary>w₀, then w₀ − c·s₂.</summary>
        public Span<int> Low => _polynomials.Slice((MaxMasks + L) * N, K * N);

        /// <summary>w₁.</summary>
        public Span<int> High => _polynomials.Slice((MaxMasks + L + K) * N, K * N);

        /// <summary>NTT(c).</summary>
        public Span<int> Challenge => _polynomials.Slice((MaxMasks + L + K + K) * N, N);

        /// <summary>c times one polynomial of the key.</summary>
        public Span<int> Product => _polynomials.Slice((MaxMasks + L + K + K + 1) * N, N);

        /// <summary>µ and w1Encode(w₁), one after the other as they are hashed.</summary>
        public Span<byte> MuAndW1 => _bytes[..(MLDsa65.MuSize + (K * PackedW1Size))];

        /// <summary>µ.</summary>
        public Span<byte> Mu => _bytes[..MLDsa65.MuSize];

        /// <summary>w1Encode(w₁).</summary>
        public Span<byte> W1 => _bytes.Slice(MLDsa65.MuSize, K * PackedW1Size);

        /// <summary>One polynomial of w₁ as bytes; then the hint.</summary>
        public Span<byte> HighBytes => _bytes.Slice(MLDsa65.MuSize + (K * PackedW1Size), K * N);

        /// <summary>c̃.</summary>
        public Span<byte> CommitmentHash => _bytes.Slice(MLDsa65.MuSize + (K * PackedW1Size) + (K * N), CommitmentHashSize);

        /// <summary>ρ″.</summary>
        public Span<byte> MaskSeed => _bytes[^MaskSeedSize..];
    }
}

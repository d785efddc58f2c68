using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>Verification (FIPS 204 algorithm 8). Everything here is public.</summary>
internal static class MLDsaVerification<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <summary>Expands a public key (pkDecode, algorithm 23, and ExpandA): Â in [0, q), |NTT(t₁·2^d)| &lt; 9q.</summary>
    [SkipLocalsInit]
    public static void Expand(ReadOnlySpan<byte> publicKey, Span<int> expanded)
    {
        MLDsaSampling<TLanes, TVector>.ExpandA(publicKey[..RhoSize], expanded[..(K * L * N)]);
        Span<byte> last = stackalloc byte[PackedT1Size + MLDsaPacking<TLanes, TVector>.Slack];
        publicKey[^PackedT1Size..].CopyTo(last);
        for (int i = 0; i < K; i++)
        {
            Span<int> t1 = expanded.Slice(((K * L) + i) * N, N);
            MLDsaPacking<TLanes, TVector>.UnpackT1(i < K - 1 ? publicKey[(RhoSize + (i * PackedT1Size))..] : last, t1);
            MLDsaNtt<TLanes, TVector>.Forward(t1);
        }
    }

    /// <summary>Verifies with a key that is used once: expands it on the stack.</summary>
    [SkipLocalsInit]
    public static bool VerifyOnce(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature)
    {
        if (!IsWellFormed(signature))
        {
            return false;
        }

        Span<int> expanded = MLDsaMemory.Align(stackalloc int[ExpandedPublicKeyCoefficients + MLDsaMemory.Padding]);
        Expand(publicKey, expanded);
        return Verify(expanded, mu, signature);
    }

    /// <summary>ML-DSA.Verify_internal (algorithm 8) from line 7 on, with an expanded key.</summary>
    [SkipLocalsInit]
    public static bool Verify(ReadOnlySpan<int> expanded, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature)
    {
        if (!IsWellFormed(signature))
        {
            return false;
        }

        Span<int> scratch = MLDsaMemory.Align(stackalloc int[((L + 3) * N) + MLDsaMemory.Padding]);
        Span<int> z = scratch[..(L * N)];
        for (int i = 0; i < L; i++)
        {
            Span<int> polynomial = z.Slice(i * N, N);
            if (MLDsaPacking<TLanes, TVector>.UnpackZExceeds(signature[(CommitmentHashSize + (i * PackedZSize))..], polynomial))
            {
                return false;
            }

            MLDsaNtt<TLanes, TVector>.Forward(polynomial);
        }

        Span<int> challenge = scratch.Slice(L * N, N);
        MLDsaChallenge.SampleInBall(signature[..CommitmentHashSize], challenge);
        MLDsaNtt<TLanes, TVector>.Forward(challenge);

        Span<int> w = scratch.Slice((L + 1) * N, N);
        Span<int> hint = scratch.Slice((L + 2) * N, N);
        Span<byte> highBytes = stackalloc byte[N];
        Span<byte> muAndW1 = stackalloc byte[MLDsa65.MuSize + (K * PackedW1Size)];
        mu[..MLDsa65.MuSize].CopyTo(muAndW1);
        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<TLanes, TVector>.MultiplyRowMinus(
                w, expanded.Slice(i * L * N, L * N), z, challenge, expanded.Slice(((K * L) + i) * N, N));
            MLDsaNtt<TLanes, TVector>.Inverse(w);
            MLDsaEncoding.UnpackHint(signature[HintOffset..], i, hint);
            MLDsaRounding<TLanes, TVector>.UseHint(w, hint, highBytes);
            MLDsaEncoding.PackNibbles(highBytes, muAndW1[(MLDsa65.MuSize + (i * PackedW1Size))..]);
        }

        Span<byte> commitmentHash = stackalloc byte[CommitmentHashSize];
        Shake256 shake = new();
        shake.Absorb(muAndW1);
        shake.Squeeze(commitmentHash);
        return commitmentHash.SequenceEqual(signature[..CommitmentHashSize]);
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> signature) =>
        signature.Length == MLDsa65.SignatureSize && MLDsaEncoding.IsHintValid(signature[HintOffset..]);
}

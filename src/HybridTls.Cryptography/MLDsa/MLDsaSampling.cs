using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>Pseudorandom sampling (FIPS 204 §7.3), with as many Keccak states at once as the back end has lanes.</summary>
internal static class MLDsaSampling<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <summary>The blocks of SHAKE128 that ExpandA squeezes at first: 5·168/3 = 280 candidates for 256 coefficients.</summary>
    public const int MatrixBlocks = 5;

    /// <summary>The blocks of SHAKE256 that ExpandS squeezes at first: 2·272 candidates, of which 9 in 16 are taken.</summary>
    public const int BoundedBlocks = 2;

    /// <summary>The blocks of SHAKE256 for one polynomial of the mask: 640 of 680 bytes.</summary>
    public const int MaskBlocks = 5;

    /// <summary>The most polynomials that <see cref="ExpandMask"/> yields at once.</summary>
    public const int MaxMaskBatch = ShakeBatch.MaxCount;

    private const int OutputStride = (MatrixBlocks * Shake128.Rate) + MLDsaPacking<ScalarLanes32, long>.Slack + 24;

    /// <summary>The number of polynomials that <see cref="ExpandMask"/> yields at once.</summary>
    public static int MaskBatch => ShakeBatch.CountFor(TLanes.Width);

    /// <summary>
    /// ExpandA (algorithm 32): Â row by row, coefficients in [0, q). ρ is public, so the rejections need not be hidden.
    /// </summary>
    [SkipLocalsInit]
    public static void ExpandA(ReadOnlySpan<byte> rho, Span<int> matrix, int blocks = MatrixBlocks)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[ShakeBatch.MaxCount * OutputStride];
        Span<byte> seed = stackalloc byte[RhoSize + 2];
        Span<int> filled = stackalloc int[ShakeBatch.MaxCount];
        rho[..RhoSize].CopyTo(seed);
        for (int first = 0; first < K * L; first += ShakeBatch.CountFor(TLanes.Width))
        {
            ShakeBatch batch = new(state, TLanes.Width);
            int used = Math.Min(batch.Count, (K * L) - first);
            for (int lane = 0; lane < used; lane++)
            {
                seed[RhoSize] = (byte)((first + lane) % L);
                seed[RhoSize + 1] = (byte)((first + lane) / L);
                batch.Absorb(lane, seed, Shake128.Rate);
            }

            for (int block = 0; block < blocks; block++)
            {
                batch.Squeeze(output[(block * Shake128.Rate)..], OutputStride);
            }

            bool complete = true;
            for (int lane = 0; lane < used; lane++)
            {
                filled[lane] = MLDsaPacking<TLanes, TVector>.AppendUniform(
                    output[(lane * OutputStride)..], blocks * Shake128.Rate, matrix.Slice((first + lane) * N, N), 0);
                complete &= filled[lane] == N;
            }

            while (!complete)
            {
                complete = true;
                batch.Squeeze(output, OutputStride);
                for (int lane = 0; lane < used; lane++)
                {
                    if (filled[lane] < N)
                    {
                        MLDsaTrace.Current?.LongMatrixSampling += 1;
                        filled[lane] = MLDsaPacking<TLanes, TVector>.AppendUniform(
                            output[(lane * OutputStride)..], Shake128.Rate, matrix.Slice((first + lane) * N, N), filled[lane]);
                        complete &= filled[lane] == N;
                    }
                }
            }
        }
    }

    /// <summary>
    /// ExpandS (algorithm 33): the ℓ polynomials of s₁ and the k of s₂, coefficients in [−η, η]. Where a candidate is rejected
    /// may be seen from outside: rejected nibbles are independent of the accepted ones (FIPS 204 §3.6.3 asks to protect only the values).
    /// </summary>
    [SkipLocalsInit]
    public static void ExpandS(ReadOnlySpan<byte> seed, Span<int> secrets, int blocks = BoundedBlocks)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[ShakeBatch.MaxCount * OutputStride];
        Span<byte> message = stackalloc byte[MaskSeedSize + 2];
        Span<int> filled = stackalloc int[ShakeBatch.MaxCount];
        seed[..MaskSeedSize].CopyTo(message);
        for (int first = 0; first < L + K; first += ShakeBatch.CountFor(TLanes.Width))
        {
            ShakeBatch batch = new(state, TLanes.Width);
            int used = Math.Min(batch.Count, L + K - first);
            for (int lane = 0; lane < used; lane++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(message[MaskSeedSize..], (ushort)(first + lane));
                batch.Absorb(lane, message, Shake256.Rate);
            }

            for (int block = 0; block < blocks; block++)
            {
                // A block's 32 bytes too many are overwritten by the next one.
                batch.Squeeze(output[(block * Shake256.Rate)..], OutputStride);
            }

            bool complete = true;
            for (int lane = 0; lane < used; lane++)
            {
                filled[lane] = AppendBounded(
                    output.Slice(lane * OutputStride, blocks * Shake256.Rate), secrets.Slice((first + lane) * N, N), 0);
                complete &= filled[lane] == N;
            }

            while (!complete)
            {
                complete = true;
                batch.Squeeze(output, OutputStride);
                for (int lane = 0; lane < used; lane++)
                {
                    if (filled[lane] < N)
                    {
                        MLDsaTrace.Current?.LongBoundedSampling += 1;
                        filled[lane] = AppendBounded(
                            output.Slice(lane * OutputStride, Shake256.Rate), secrets.Slice((first + lane) * N, N), filled[lane]);
                        complete &= filled[lane] == N;
                    }
                }
            }

            batch.Clear();
        }

        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>
    /// ExpandMask (algorithm 34): <see cref="MaskBatch"/> polynomials of the masks for the counters from
    /// <paramref name="counter"/> on, coefficients in (−γ₁, γ₁].
    /// </summary>
    [SkipLocalsInit]
    public static void ExpandMask(ReadOnlySpan<byte> seed, int counter, Span<int> masks)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[ShakeBatch.MaxCount * OutputStride];
        Span<byte> message = stackalloc byte[MaskSeedSize + 2];
        seed[..MaskSeedSize].CopyTo(message);
        ShakeBatch batch = new(state, TLanes.Width);
        for (int lane = 0; lane < batch.Count; lane++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(message[MaskSeedSize..], (ushort)(counter + lane));
            batch.Absorb(lane, message, Shake256.Rate);
        }

        for (int block = 0; block < MaskBlocks; block++)
        {
            batch.Squeeze(output[(block * Shake256.Rate)..], OutputStride);
        }

        for (int lane = 0; lane < batch.Count; lane++)
        {
            MLDsaPacking<TLanes, TVector>.UnpackGamma1(output[(lane * OutputStride)..], masks.Slice(lane * N, N));
        }

        batch.Clear();
        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>
    /// The part of RejBoundedPoly (algorithm 31) after the hash: appends η − z for the nibbles z ≤ 2η. The value never steers a
    /// branch, only the place of the next store.
    /// </summary>
    /// <returns>How many coefficients the polynomial holds now.</returns>
    private static int AppendBounded(ReadOnlySpan<byte> source, Span<int> polynomial, int filled)
    {
        for (int i = 0; i < 2 * source.Length && filled < N; i++)
        {
            int nibble = (source[i / 2] >> (4 * (i & 1))) & 15;
            polynomial[filled] = Eta - nibble;
            filled += (nibble - ((2 * Eta) + 1)) >>> 31;
        }

        return filled;
    }
}

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
        Span<ushort> indices = stackalloc ushort[ShakeBatch.MaxCount];
        Span<int> filled = stackalloc int[ShakeBatch.MaxCount];
        for (int first = 0; first < K * L; first += ShakeBatch.CountFor(TLanes.Width))
        {
            ShakeBatch batch = new(state, TLanes.Width);
            int used = Math.Min(batch.Count, (K * L) - first);
            for (int lane = 0; lane < used; lane++)
            {
                // The column's byte comes first (algorithm 32).
                indices[lane] = (ushort)((first + lane) % L | ((first + lane) / L << 8));
            }

            batch.AbsorbIndexed(rho[..RhoSize], indices[..used], sizeof(ushort), Shake128.Rate);

            batch.Squeeze(output, OutputStride, blocks, Shake128.Rate);

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
    /// ExpandS (algorithm 33): the ℓ polynomials of s₁ and the k of s₂, coefficients in [−η, η]. Which candidates are rejected may
    /// be seen from outside: candidates are independent, so that it says nothing about the values of those that are accepted.
    /// </summary>
    [SkipLocalsInit]
    public static void ExpandS(ReadOnlySpan<byte> seed, Span<int> secrets, int blocks = BoundedBlocks)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[ShakeBatch.MaxCount * OutputStride];
        Span<ushort> indices = stackalloc ushort[ShakeBatch.MaxCount];
        Span<int> filled = stackalloc int[ShakeBatch.MaxCount];
        for (int first = 0; first < L + K; first += ShakeBatch.CountFor(TLanes.Width))
        {
            ShakeBatch batch = new(state, TLanes.Width);
            int used = Math.Min(batch.Count, L + K - first);
            for (int lane = 0; lane < used; lane++)
            {
                indices[lane] = (ushort)(first + lane);
            }

            batch.AbsorbIndexed(seed[..MaskSeedSize], indices[..used], sizeof(ushort), Shake256.Rate);

            batch.Squeeze(output, OutputStride, blocks, Shake256.Rate);

            bool complete = true;
            for (int lane = 0; lane < used; lane++)
            {
                filled[lane] = MLDsaPacking<TLanes, TVector>.AppendBounded(
                    output[(lane * OutputStride)..], blocks * Shake256.Rate, secrets.Slice((first + lane) * N, N), 0);
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
                        filled[lane] = MLDsaPacking<TLanes, TVector>.AppendBounded(
                            output[(lane * OutputStride)..], Shake256.Rate, secrets.Slice((first + lane) * N, N), filled[lane]);
                        complete &= filled[lane] == N;
                    }
                }
            }

            batch.Clear();
        }

        CryptographicOperations.ZeroMemory(output);
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
        Span<ushort> indices = stackalloc ushort[ShakeBatch.MaxCount];
        ShakeBatch batch = new(state, TLanes.Width);
        for (int lane = 0; lane < batch.Count; lane++)
        {
            indices[lane] = (ushort)(counter + lane);
        }

        batch.AbsorbIndexed(seed[..MaskSeedSize], indices[..batch.Count], sizeof(ushort), Shake256.Rate);
        batch.Squeeze(output, OutputStride, MaskBlocks, Shake256.Rate);

        for (int lane = 0; lane < batch.Count; lane++)
        {
            MLDsaPacking<TLanes, TVector>.UnpackGamma1(output[(lane * OutputStride)..], masks.Slice(lane * N, N));
        }

        batch.Clear();
        CryptographicOperations.ZeroMemory(output);
    }
}

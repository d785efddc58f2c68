using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// The matrix Â and the noise, from their seeds: sixteen or fewer independent SHAKE instances, which fill the lanes of a
/// <see cref="ShakeBatch"/> regardless of their kind.
/// </summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class MLKemSampling<TLanes, TVector>
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    /// <summary>The blocks of SHAKE128 that nearly always suffice for a polynomial: 336 candidates for 256 coefficients.</summary>
    private const int UsualBlocks = 3;

    private const int UsualSize = UsualBlocks * Shake128.Rate;

    /// <summary>Samples the matrix (SampleNTT, Algorithm 7, row by row) and noise polynomials (SamplePolyCBD₂, Algorithm 8).</summary>
    /// <param name="matrixSeed">ρ, public; ignored if the matrix is empty.</param>
    /// <param name="matrix">Receives Â[0,0], Â[0,1], … : nine polynomials in 0…q−1; or empty.</param>
    /// <param name="noiseSeed">The PRF's secret seed; polynomial number i takes PRF(seed, i).</param>
    /// <param name="noise">Receives the noise polynomials, −2…2; or empty.</param>
    /// <param name="hash">A hash to compute meanwhile; or the default value.</param>
    [SkipLocalsInit]
    public static void Sample(
        ReadOnlySpan<byte> matrixSeed, Span<short> matrix, ReadOnlySpan<byte> noiseSeed, Span<short> noise, MLKemHashLane hash)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[(ShakeBatch.MaxCount * UsualSize) + MLKemRejection.Slack];
        LaneWidth width = MLKemField<TLanes, TVector>.Width;

        // With fewer than four lanes the hash would cost the matrix more than it saves.
        int firstLane = hash.IsPending && ShakeBatch.CountFor(width) >= 4 ? 1 : 0;
        int lanes = ShakeBatch.CountFor(width) - firstLane;
        int matrixCount = matrix.Length / MLKemParameters.N;
        int total = matrixCount + (noise.Length / MLKemParameters.N);
        for (int first = 0; first < total; first += lanes)
        {
            int end = Math.Min(first + lanes, total);
            ShakeBatch batch = new(state, ShakeBatch.WidthFor(end - first + firstLane, width));
            Absorb(batch, firstLane, first, end, matrixCount, matrixSeed, noiseSeed);
            int blocks = first < matrixCount ? UsualBlocks : 1;
            if (firstLane == 0)
            {
                batch.Squeeze(output, UsualSize, blocks, Shake128.Rate);
            }
            else
            {
                hash.Enter(state, batch.Count);
                for (int block = 0; block < blocks; block++)
                    Squeeze(batch, output[(block * ShakeBatch.BlockSize)..], state, ref hash);
            }

            for (int instance = Math.Max(first, matrixCount); instance < end; instance++)
            {
                MLKemCoefficients<TLanes, TVector>.SampleNoise(
                    output.Slice((instance - first + firstLane) * UsualSize, MLKemParameters.NoiseSize),
                    noise.Slice((instance - matrixCount) * MLKemParameters.N, MLKemParameters.N));
            }

            // Rejection sampling: branches and indices depend on the matrix, which is public.
            int sampled = Math.Min(end, matrixCount) - first;
            Span<short> polynomials = sampled > 0 ? matrix.Slice(first * MLKemParameters.N, sampled * MLKemParameters.N) : default;
            bool complete = FillMatrix(output[(firstLane * UsualSize)..], polynomials, out Fills filled);
            while (!complete)
            {
                MLKemRejection.CountLongPath();
                if (firstLane == 0)
                    batch.Squeeze(output, UsualSize);
                else
                    Squeeze(batch, output, state, ref hash);

                complete = RefillMatrix(output[(firstLane * UsualSize)..], polynomials, ref filled);
            }

            if (firstLane != 0)
                hash.Leave(state, batch.Count);
        }

        hash.Finish();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Absorbs the seeds of some instances: those of the matrix take ρ ‖ j ‖ i, those of the noise their seed and number.</summary>
    private static void Absorb(
        scoped ShakeBatch batch,
        int firstLane,
        int first,
        int end,
        int matrixCount,
        ReadOnlySpan<byte> matrixSeed,
        ReadOnlySpan<byte> noiseSeed)
    {
        Span<ushort> indices = stackalloc ushort[ShakeBatch.MaxCount];
        indices.Clear();
        if (first >= matrixCount)
        {
            for (int instance = first; instance < end; instance++)
                indices[instance - first + firstLane] = (ushort)(instance - matrixCount);

            batch.AbsorbIndexed(noiseSeed, indices[..(end - first + firstLane)], indexSize: 1, Shake256.Rate);
            return;
        }

        for (int instance = first; instance < Math.Min(end, matrixCount); instance++)
            indices[instance - first + firstLane] = (ushort)((instance % MLKemParameters.K) | (instance / MLKemParameters.K << 8));

        batch.AbsorbIndexed(matrixSeed, indices[..(end - first + firstLane)], indexSize: 2, Shake128.Rate);
        Span<byte> message = stackalloc byte[MLKemParameters.SymbolSize + 1];
        for (int instance = matrixCount; instance < end; instance++)
        {
            noiseSeed.CopyTo(message);
            message[MLKemParameters.SymbolSize] = (byte)(instance - matrixCount);
            batch.Absorb(instance - first + firstLane, message, Shake256.Rate);
        }

        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>One block of every lane, and one step of the hash in lane 0.</summary>
    private static void Squeeze(scoped ShakeBatch batch, scoped Span<byte> output, scoped Span<ulong> state, ref MLKemHashLane hash)
    {
        bool pending = hash.IsPending;
        if (pending)
            hash.Absorb(state, batch.Count);

        batch.Squeeze(output, UsualSize);
        if (pending)
            hash.Collect(state, batch.Count);
    }

    /// <summary>Draws polynomials from the usual output; returns whether all are full.</summary>
    private static bool FillMatrix(ReadOnlySpan<byte> output, Span<short> polynomials, out Fills filled)
    {
        filled = default;
        bool complete = true;
        for (int i = 0; i * MLKemParameters.N < polynomials.Length; i++)
        {
            filled[i] = MLKemRejection.Fill(
                output.Slice(i * UsualSize, UsualSize + MLKemRejection.Slack),
                UsualSize,
                polynomials.Slice(i * MLKemParameters.N, MLKemParameters.N),
                MLKemField<TLanes, TVector>.Width);
            complete &= filled[i] == MLKemParameters.N;
        }

        return complete;
    }

    /// <summary>Draws what still lacks from one more block; returns whether all are full.</summary>
    private static bool RefillMatrix(ReadOnlySpan<byte> output, Span<short> polynomials, ref Fills filled)
    {
        bool complete = true;
        for (int i = 0; i * MLKemParameters.N < polynomials.Length; i++)
        {
            filled[i] = MLKemRejection.Continue(
                output.Slice(i * UsualSize, ShakeBatch.BlockSize),
                polynomials.Slice(i * MLKemParameters.N, MLKemParameters.N),
                filled[i]);
            complete &= filled[i] == MLKemParameters.N;
        }

        return complete;
    }

    /// <summary>How many coefficients the polynomials of a batch hold.</summary>
    [InlineArray(ShakeBatch.MaxCount)]
    private struct Fills
    {
        private int _count;
    }
}

using System.Diagnostics;
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
    /// <summary>The polynomials of Â.</summary>
    private const int MatrixCount = MLKemParameters.K * MLKemParameters.K;

    /// <summary>The blocks of SHAKE128 that nearly always suffice for a polynomial: 336 candidates for 256 coefficients.</summary>
    private const int UsualBlocks = 3;

    private const int UsualSize = UsualBlocks * Shake128.Rate;

    /// <summary>Samples the matrix (SampleNTT, Algorithm 7, row by row) and noise polynomials (SamplePolyCBD₂, Algorithm 8).</summary>
    /// <param name="matrixSeed">ρ, public; empty to leave the matrix out.</param>
    /// <param name="matrix">Receives Â[0,0], Â[0,1], … : nine polynomials in 0…q−1; empty if the seed is.</param>
    /// <param name="noiseSeed">The PRF's secret seed; polynomial number i takes PRF(seed, i).</param>
    /// <param name="noise">Receives the noise polynomials, −2…2.</param>
    /// <param name="width">The back end of Keccak.</param>
    [SkipLocalsInit]
    public static void Sample(
        ReadOnlySpan<byte> matrixSeed, Span<short> matrix, ReadOnlySpan<byte> noiseSeed, Span<short> noise, LaneWidth width)
    {
        Span<ulong> state = stackalloc ulong[ShakeBatch.MaxWords];
        Span<byte> output = stackalloc byte[ShakeBatch.MaxCount * UsualSize];
        Span<byte> message = stackalloc byte[MLKemParameters.SymbolSize + 2];
        int matrixCount = matrix.Length / MLKemParameters.N;
        int total = matrixCount + (noise.Length / MLKemParameters.N);
        int count = ShakeBatch.CountFor(width);
        for (int first = 0; first < total; first += count)
        {
            ShakeBatch batch = new(state, width);
            int end = Math.Min(first + count, total);
            for (int instance = first; instance < end; instance++)
            {
                if (instance < matrixCount)
                {
                    matrixSeed.CopyTo(message);
                    message[MLKemParameters.SymbolSize] = (byte)(instance % MLKemParameters.K);
                    message[MLKemParameters.SymbolSize + 1] = (byte)(instance / MLKemParameters.K);
                    batch.Absorb(instance - first, message, Shake128.Rate);
                }
                else
                {
                    noiseSeed.CopyTo(message);
                    message[MLKemParameters.SymbolSize] = (byte)(instance - matrixCount);
                    batch.Absorb(instance - first, message[..(MLKemParameters.SymbolSize + 1)], Shake256.Rate);
                }
            }

            int blocks = first < matrixCount ? UsualBlocks : 1;
            for (int block = 0; block < blocks; block++)
                batch.Squeeze(output[(block * ShakeBatch.BlockSize)..], UsualSize);

            for (int instance = Math.Max(first, matrixCount); instance < end; instance++)
            {
                MLKemCoefficients<TLanes, TVector>.SampleNoise(
                    output.Slice((instance - first) * UsualSize, MLKemParameters.NoiseSize),
                    noise.Slice((instance - matrixCount) * MLKemParameters.N, MLKemParameters.N));
            }

            if (first < matrixCount)
            {
                FillMatrix(ref batch, output, matrix[(first * MLKemParameters.N)..], Math.Min(end, matrixCount) - first);
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>Draws the polynomials of a batch's first lanes from their output, squeezing on while any lacks coefficients.</summary>
    private static void FillMatrix(ref ShakeBatch batch, Span<byte> output, Span<short> matrix, int count)
    {
        // Rejection sampling: branches and indices depend on the matrix, which is public.
        Span<int> filled = stackalloc int[ShakeBatch.MaxCount];
        bool complete = true;
        for (int lane = 0; lane < count; lane++)
        {
            filled[lane] = MLKemRejection.Fill(
                output.Slice(lane * UsualSize, UsualSize), matrix.Slice(lane * MLKemParameters.N, MLKemParameters.N), 0);
            complete &= filled[lane] == MLKemParameters.N;
        }

        while (!complete)
        {
            MLKemRejection.CountLongPath();
            batch.Squeeze(output, UsualSize);
            complete = true;
            for (int lane = 0; lane < count; lane++)
            {
                filled[lane] = MLKemRejection.Fill(
                    output.Slice(lane * UsualSize, ShakeBatch.BlockSize),
                    matrix.Slice(lane * MLKemParameters.N, MLKemParameters.N),
                    filled[lane]);
                complete &= filled[lane] == MLKemParameters.N;
            }
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>SampleInBall (FIPS 204 algorithm 29).</summary>
internal static class MLDsaChallenge
{
    /// <summary>
    /// The challenge c: τ coefficients ±1, the others 0. Its seed c̃ is published with the signature, or belongs to a rejected
    /// attempt, of which c̃ tells nothing about the key: the places need not be hidden.
    /// </summary>
    /// <param name="commitmentHash">c̃: 48 bytes.</param>
    /// <param name="challenge">Receives 256 coefficients.</param>
    /// <param name="blockSize">
    /// The bytes squeezed at a time, from 8 to 136; more than one block is next to never needed, so tests make it small.
    /// </param>
    [SkipLocalsInit]
    public static void SampleInBall(ReadOnlySpan<byte> commitmentHash, Span<int> challenge, int blockSize = Shake256.Rate)
    {
        Span<byte> block = stackalloc byte[Shake256.Rate];
        block = block[..blockSize];
        Shake256 shake = new();
        shake.Absorb(commitmentHash[..CommitmentHashSize]);
        shake.Squeeze(block);
        ulong signs = BinaryPrimitives.ReadUInt64LittleEndian(block);
        int position = sizeof(ulong);
        challenge[..N].Clear();
        for (int i = N - Tau; i < N; i++)
        {
            int j;
            do
            {
                if (position == block.Length)
                {
                    shake.Squeeze(block);
                    position = 0;
                }

                j = block[position++];
            }
            while (j > i);

            challenge[i] = challenge[j];
            challenge[j] = 1 - (2 * (int)(signs & 1));
            signs >>= 1;
        }
    }
}

namespace HybridTls.Cryptography;

/// <summary>The rejection sampling of SampleNTT (FIPS 203 Algorithm 7). All of its data is public.</summary>
internal static class MLKemRejection
{
    [ThreadStatic]
    private static long s_longPaths;

    /// <summary>How often this thread found that three blocks of output were too few: a test sees here that the long path ran.</summary>
    public static long LongPaths => s_longPaths;

    /// <summary>Notes that a batch is squeezed on.</summary>
    public static void CountLongPath() => s_longPaths++;

    /// <summary>Takes from the output what is less than q, 12 bits each, until the polynomial is full.</summary>
    /// <param name="output">Output of SHAKE128, a multiple of three bytes.</param>
    /// <param name="polynomial">The polynomial.</param>
    /// <param name="filled">The number of coefficients that it holds already.</param>
    /// <returns>The number of coefficients that it holds now.</returns>
    public static int Fill(ReadOnlySpan<byte> output, Span<short> polynomial, int filled)
    {
        for (int i = 0; i + 2 < output.Length && filled < polynomial.Length; i += 3)
        {
            int first = output[i] | ((output[i + 1] & 15) << 8);
            int second = (output[i + 1] >> 4) | (output[i + 2] << 4);
            if (first < MLKemParameters.Q)
                polynomial[filled++] = (short)first;

            if (second < MLKemParameters.Q && filled < polynomial.Length)
                polynomial[filled++] = (short)second;
        }

        return filled;
    }
}

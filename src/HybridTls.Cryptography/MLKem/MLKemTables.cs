namespace HybridTls.Cryptography;

/// <summary>
/// The twiddle factors of FIPS 203 §4.3 in Montgomery form, spread so that every vector width reads them alike. A table's second
/// half holds for each factor b the companion b·q⁻¹ modulo 2¹⁶, which saves a multiplication per product.
/// </summary>
internal static class MLKemTables
{
    /// <summary>The number of butterflies in a layer, and so of entries that a layer takes.</summary>
    public const int LayerSize = MLKemParameters.N / 2;

    /// <summary>The distance from a twiddle factor to its companion in the tables of the NTT: seven layers.</summary>
    public const int CompanionOffset = 7 * LayerSize;

    /// <summary>The distance from a factor to its companion in <see cref="PairProduct"/>.</summary>
    public const int PairCompanionOffset = MLKemParameters.N;

    /// <summary>
    /// The table of NTT (Algorithm 9): butterfly b of the layer of stride s, at log₂(128/s)·128 + b, takes ζ^BitRev₇(128/s + ⌊b/s⌋).
    /// </summary>
    public static readonly short[] Forward = Layers((stride, group) => Zeta((LayerSize / stride) + group));

    /// <summary>The table of NTT⁻¹ (Algorithm 10), laid out as <see cref="Forward"/>.</summary>
    public static readonly short[] Inverse = Layers((stride, group) => Zeta((2 * LayerSize / stride) - 1 - group));

    /// <summary>For every pair of coefficients 1 and γ = ζ^(2·BitRev₇(i)+1) (Algorithm 11), in Montgomery form.</summary>
    public static readonly short[] PairProduct = PairFactors();

    /// <summary>The factor of the inverse transform's last layer, ζ^BitRev₇(1), times R²/128.</summary>
    public static readonly short InverseLast = Centre(Zeta(1) * MLKemParameters.RSquaredOver128);

    /// <summary>Where the layer of a stride begins in the tables of the NTT.</summary>
    public static int LayerOffset(int stride) => (7 - int.Log2(stride)) * LayerSize;

    /// <summary>b·q⁻¹ modulo 2¹⁶.</summary>
    public static short Companion(short factor) => unchecked((short)(factor * MLKemParameters.InverseQ));

    private static short[] Layers(Func<int, int, int> factor)
    {
        short[] table = new short[2 * CompanionOffset];
        for (int stride = LayerSize; stride >= 2; stride /= 2)
        {
            for (int butterfly = 0; butterfly < LayerSize; butterfly++)
            {
                int index = LayerOffset(stride) + butterfly;
                table[index] = Montgomery(factor(stride, butterfly / stride));
                table[index + CompanionOffset] = Companion(table[index]);
            }
        }

        return table;
    }

    private static short[] PairFactors()
    {
        short[] table = new short[2 * PairCompanionOffset];
        for (int pair = 0; pair < LayerSize; pair++)
        {
            int zeta = Zeta((LayerSize / 2) + (pair / 2));
            table[2 * pair] = Montgomery(1);
            table[(2 * pair) + 1] = Montgomery(pair % 2 == 0 ? zeta : -zeta);
        }

        for (int i = 0; i < PairCompanionOffset; i++)
        {
            table[i + PairCompanionOffset] = Companion(table[i]);
        }

        return table;
    }

    /// <summary>ζ^BitRev₇(index) modulo q with ζ = 17 (appendix A).</summary>
    private static int Zeta(int index)
    {
        int exponent = 0;
        for (int bit = 0; bit < 7; bit++)
        {
            exponent |= ((index >> bit) & 1) << (6 - bit);
        }

        int power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power = power * 17 % MLKemParameters.Q;
        }

        return power;
    }

    /// <summary>value·R modulo q, centred.</summary>
    private static short Montgomery(int value) => Centre(value * MLKemParameters.R);

    /// <summary>The representative modulo q in −1664…1664.</summary>
    private static short Centre(int value)
    {
        int remainder = value % MLKemParameters.Q;
        return (short)(remainder > MLKemParameters.Q / 2 ? remainder - MLKemParameters.Q
            : remainder < -(MLKemParameters.Q / 2) ? remainder + MLKemParameters.Q
            : remainder);
    }
}

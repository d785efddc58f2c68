namespace HybridTls.Cryptography;

/// <summary>
/// Counts which rare paths ran on this thread, so that tests can prove that they did. Rejections are public decisions, and
/// nothing counts unless a test has set <see cref="Current"/>.
/// </summary>
internal sealed class MLDsaTrace
{
    /// <summary>The calling thread's counters; null, as everywhere but in tests, counts nothing.</summary>
    [field: ThreadStatic]
    public static MLDsaTrace? Current { get; set; }

    /// <summary>Attempts of signing.</summary>
    public int Attempts { get; set; }

    /// <summary>Attempts rejected because a coefficient of z reached γ₁ − β.</summary>
    public int ZNorm { get; set; }

    /// <summary>Attempts rejected because a coefficient of r₀ reached γ₂ − β.</summary>
    public int R0Norm { get; set; }

    /// <summary>Attempts rejected because a coefficient of c·t₀ reached γ₂.</summary>
    public int CT0Norm { get; set; }

    /// <summary>Attempts rejected because the hint had more than ω ones.</summary>
    public int HintWeight { get; set; }

    /// <summary>Polynomials of A that needed more XOF output than is squeezed at first.</summary>
    public int LongMatrixSampling { get; set; }

    /// <summary>Polynomials of s₁ or s₂ that needed more XOF output than is squeezed at first.</summary>
    public int LongBoundedSampling { get; set; }
}

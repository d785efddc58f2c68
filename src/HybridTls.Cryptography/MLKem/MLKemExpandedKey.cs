namespace HybridTls.Cryptography;

/// <summary>
/// A key as the arithmetic wants it, in the caller's memory: Â, t̂ and, in a private key, ŝ, in the standard's order, so that every
/// back end reads what another wrote. Â and t̂ are in 0…q−1, and so is a generated ŝ; one that was imported is in 0…4,095.
/// </summary>
/// <param name="coefficients"><see cref="PublicLength"/> or <see cref="PrivateLength"/> coefficients.</param>
internal readonly ref struct MLKemExpandedKey(Span<short> coefficients)
{
    /// <summary>The number of coefficients of a public key.</summary>
    public const int PublicLength = (MLKemParameters.K + 1) * MLKemParameters.VectorLength;

    /// <summary>The number of coefficients of a private key.</summary>
    public const int PrivateLength = PublicLength + MLKemParameters.VectorLength;

    private const int MatrixLength = MLKemParameters.K * MLKemParameters.VectorLength;

    private readonly Span<short> _coefficients = coefficients;

    /// <summary>Â, row by row.</summary>
    public Span<short> Matrix => _coefficients[..MatrixLength];

    /// <summary>t̂.</summary>
    public Span<short> THat => _coefficients.Slice(MatrixLength, MLKemParameters.VectorLength);

    /// <summary>ŝ, secret.</summary>
    public Span<short> SHat => _coefficients.Slice(PublicLength, MLKemParameters.VectorLength);
}

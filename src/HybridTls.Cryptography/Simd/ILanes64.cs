using System.Diagnostics.CodeAnalysis;

namespace HybridTls.Cryptography;

/// <summary>
/// The primitives on 64-bit lanes that the many-state Keccak permutation is written in. Every member compiles to one or a few
/// instructions; the kernel is compiled once for each implementation.
/// </summary>
/// <typeparam name="TVector">The register: <see cref="Count"/> words.</typeparam>
internal interface ILanes64<TVector>
    where TVector : struct
{
    /// <summary>The number of words in one register.</summary>
    static abstract int Count { get; }

    /// <summary>Loads the words from <paramref name="index"/> on.</summary>
    static abstract TVector Load(ref readonly ulong source, nuint index = 0);

    /// <summary>Stores the words from <paramref name="index"/> on.</summary>
    static abstract void Store(TVector value, ref ulong destination, nuint index = 0);

    /// <summary>Fills every lane with <paramref name="word"/>.</summary>
    static abstract TVector Broadcast(ulong word);

    /// <summary>left ⊕ right.</summary>
    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>first ⊕ second ⊕ third.</summary>
    static abstract TVector Xor(TVector first, TVector second, TVector third);

    /// <summary>value ⊕ (¬inverted ∧ other): the step χ of Keccak.</summary>
    static abstract TVector XorAndNot(TVector value, TVector inverted, TVector other);

    /// <summary>Rotates every word to the left by <paramref name="count"/> bits, 1 to 63.</summary>
    static abstract TVector RotateLeft(TVector value, [ConstantExpected] byte count);

    /// <summary>
    /// Transposes <see cref="Count"/> registers of <see cref="Count"/> words: lane l of register w becomes word w at
    /// <paramref name="destination"/> + l·<paramref name="stride"/>.
    /// </summary>
    /// <param name="rows">The registers, one after another.</param>
    /// <param name="destination">Where lane 0's words go, at any alignment.</param>
    /// <param name="stride">The distance in bytes between the lanes' words.</param>
    static abstract void StoreTransposed(ref readonly ulong rows, ref byte destination, nint stride);
}

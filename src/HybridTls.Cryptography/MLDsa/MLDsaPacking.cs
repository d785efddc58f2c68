using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>The conversions of FIPS 204 §7.1 that run often enough to be written over lanes.</summary>
internal static class MLDsaPacking<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <summary>
    /// How many readable bytes must follow the last packed byte of a source, as <see cref="ILanes32{TVector}.Unpack"/> reads on.
    /// </summary>
    public const int Slack = 64;

    /// <summary>
    /// BitUnpack(v, γ₁ − 1, γ₁) (algorithm 19): γ₁ − v for 20-bit values v, coefficients in (−γ₁, γ₁]; used for the mask y and for z.
    /// </summary>
    /// <param name="source">640 bytes followed by <see cref="Slack"/> readable ones.</param>
    /// <param name="polynomial">Receives 256 coefficients.</param>
    public static void UnpackGamma1(ReadOnlySpan<byte> source, Span<int> polynomial)
    {
        ref byte packed = ref MemoryMarshal.GetReference(source[..(PackedZSize + Slack - 40)]);
        ref int w = ref MemoryMarshal.GetReference(polynomial[..N]);
        TVector gamma1 = TLanes.Broadcast(Gamma1);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TLanes.Store(TLanes.Subtract(gamma1, TLanes.Unpack(in packed, i, 20)), ref w, i);
        }
    }

    /// <summary>
    /// BitPack(w, η, η) (algorithm 17) of one polynomial of s₁ or s₂, |w| ≤ η. <paramref name="bytes"/> is scratch of 256 bytes that the
    /// caller clears.
    /// </summary>
    public static void PackEta(ReadOnlySpan<int> polynomial, Span<byte> bytes, Span<byte> destination)
    {
        ref int w = ref MemoryMarshal.GetReference(polynomial[..N]);
        ref byte to = ref MemoryMarshal.GetReference(bytes[..N]);
        TVector eta = TLanes.Broadcast(Eta);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TLanes.StoreBytes(TLanes.Subtract(eta, TLanes.Load(in w, i)), ref to, i);
        }

        MLDsaEncoding.PackNibbles(bytes, destination);
    }

    /// <summary>z from a signature with its norm check: whether a coefficient reaches γ₁ − β. Public data.</summary>
    public static bool UnpackZExceeds(ReadOnlySpan<byte> source, Span<int> polynomial)
    {
        UnpackGamma1(source, polynomial);
        return MLDsaRounding<TLanes, TVector>.ReduceExceeds(polynomial, Gamma1 - Beta);
    }

    /// <summary>t₁·2^d from a public key's 10-bit values (algorithm 23): coefficients in [0, 2^23).</summary>
    /// <param name="source">320 bytes followed by <see cref="Slack"/> readable ones.</param>
    /// <param name="polynomial">Receives 256 coefficients.</param>
    public static void UnpackT1(ReadOnlySpan<byte> source, Span<int> polynomial)
    {
        ref byte packed = ref MemoryMarshal.GetReference(source[..(PackedT1Size + Slack - 20)]);
        ref int w = ref MemoryMarshal.GetReference(polynomial[..N]);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TLanes.Store(TLanes.ShiftLeft(TLanes.Unpack(in packed, i, 10), D), ref w, i);
        }
    }

    /// <summary>
    /// The part of RejNTTPoly (algorithm 30) after the hash: appends the 23-bit values below q of <paramref name="source"/> to the
    /// <paramref name="filled"/> coefficients that <paramref name="polynomial"/> already holds. A is public, and so is which
    /// values are rejected.
    /// </summary>
    /// <param name="source">XOF output, a multiple of 3 bytes, followed by <see cref="Slack"/> readable bytes.</param>
    /// <param name="count">The number of XOF bytes in <paramref name="source"/>.</param>
    /// <param name="polynomial">The polynomial.</param>
    /// <param name="filled">How many coefficients it holds already.</param>
    /// <returns>How many coefficients it holds now.</returns>
    public static int AppendUniform(ReadOnlySpan<byte> source, int count, Span<int> polynomial, int filled)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(source[..(count + Slack)]);
        ref int w = ref MemoryMarshal.GetReference(polynomial[..N]);
        TVector mask = TLanes.Broadcast(0x7FFFFF);
        TVector q = TLanes.Broadcast(Q);
        int candidates = count / 3;
        int i = 0;
        for (; filled <= N - TLanes.Count && i <= candidates - TLanes.Count; i += TLanes.Count)
        {
            TVector values = TLanes.And(TLanes.Unpack(in bytes, (nuint)i, 24), mask);
            filled += TLanes.StoreAccepted(values, TLanes.GreaterThan(q, values), ref w, (nuint)filled);
        }

        for (; filled < N && i < candidates; i++)
        {
            int value = source[3 * i] | (source[(3 * i) + 1] << 8) | ((source[(3 * i) + 2] & 0x7F) << 16);
            if (value < Q)
            {
                polynomial[filled++] = value;
            }
        }

        return filled;
    }

    /// <summary>
    /// The part of RejBoundedPoly (algorithm 31) after the hash: appends η − z for the nibbles z ≤ 2η of <paramref name="source"/> to the
    /// <paramref name="filled"/> coefficients that <paramref name="polynomial"/> already holds. Which nibbles are taken may be
    /// seen from outside, their values may not: they steer neither a branch nor an address.
    /// </summary>
    /// <param name="source">XOF output, followed by <see cref="Slack"/> readable bytes.</param>
    /// <param name="count">The number of XOF bytes in <paramref name="source"/>, a multiple of 8.</param>
    /// <param name="polynomial">The polynomial.</param>
    /// <param name="filled">How many coefficients it holds already.</param>
    /// <returns>How many coefficients it holds now.</returns>
    public static int AppendBounded(ReadOnlySpan<byte> source, int count, Span<int> polynomial, int filled)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(source[..(count + Slack)]);
        ref int w = ref MemoryMarshal.GetReference(polynomial[..N]);
        TVector eta = TLanes.Broadcast(Eta);
        TVector bound = TLanes.Broadcast((2 * Eta) + 1);
        int i = 0;
        for (; filled <= N - TLanes.Count && i < 2 * count; i += TLanes.Count)
        {
            TVector nibbles = TLanes.Unpack(in bytes, (nuint)i, 4);
            filled += TLanes.StoreAccepted(
                TLanes.Subtract(eta, nibbles), TLanes.GreaterThan(bound, nibbles), ref w, (nuint)filled);
        }

        for (; filled < N && i < 2 * count; i++)
        {
            int nibble = (source[i / 2] >> (4 * (i & 1))) & 15;
            polynomial[filled] = Eta - nibble;
            filled += (nibble - ((2 * Eta) + 1)) >>> 31;
        }

        return filled;
    }
}

using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The Montgomery ladder of RFC 7748 §5 over an arbitrary point.</summary>
internal static class MontgomeryLadder
{
    /// <summary>(A − 2) / 4 for curve25519's A = 486662.</summary>
    public const uint A24 = 121665;

    /// <summary>Computes X25519(scalar, u). The scalar is clamped here; u's top bit is masked.</summary>
    [SkipLocalsInit]
    public static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> u, Span<byte> result)
    {
        Span<byte> k = stackalloc byte[ClampedScalar.Size];
        ClampedScalar.Clamp(scalar, k);
        FieldElement x1 = FieldElement.FromBytes(u);
        FieldElement x2, z2;
        if (Lanes.Selected >= LaneWidth.Vector256 && MontgomeryLadder256.IsSupported)
            MontgomeryLadder256.Multiply(k, x1, out x2, out z2);
        else
            Multiply(k, x1, out x2, out z2);

        FieldElement.Invert(out z2, z2);
        FieldElement.Multiply(out x2, x2, z2);
        x2.ToBytes(result);

        CryptographicOperations.ZeroMemory(k);
        Secret.Clear(ref x2);
        Secret.Clear(ref z2);
        Secret.ClearStack();
    }

    /// <summary>The projective result X : Z of a clamped scalar.</summary>
    private static void Multiply(ReadOnlySpan<byte> k, in FieldElement x1, out FieldElement x2, out FieldElement z2)
    {
        State state = default;
        state.X2 = FieldElement.One;
        state.X3 = x1;
        state.Z3 = FieldElement.One;
        ulong swap = 0;
        for (int t = 254; t >= 0; t--)
        {
            ulong bit = (uint)(k[t >> 3] >> (t & 7)) & 1u;
            swap ^= bit;
            ulong mask = 0 - swap;
            FieldElement.ConditionalSwap(ref state.X2, ref state.X3, mask);
            FieldElement.ConditionalSwap(ref state.Z2, ref state.Z3, mask);
            swap = bit;
            Step(ref state, x1);
        }

        // The last bit of a clamped scalar is 0: nothing is left to swap.
        x2 = state.X2;
        z2 = state.Z2;
        Secret.Clear(ref state);
    }

    /// <summary>One differential addition and doubling, with RFC 7748's names. In: reduced; out: reduced.</summary>
    private static void Step(ref State s, in FieldElement x1)
    {
        FieldElement.Add(out s.A, s.X2, s.Z2); // < 2^52.1
        FieldElement.Subtract(out s.B, s.X2, s.Z2); // < 2^53.4
        FieldElement.Add(out s.C, s.X3, s.Z3);
        FieldElement.Subtract(out s.D, s.X3, s.Z3);
        FieldElement.Multiply(out s.D, s.D, s.A); // DA
        FieldElement.Multiply(out s.C, s.C, s.B); // CB
        FieldElement.Square(out s.A, s.A); // AA
        FieldElement.Square(out s.B, s.B); // BB
        FieldElement.Add(out s.X3, s.D, s.C);
        FieldElement.Subtract(out s.Z3, s.D, s.C);
        FieldElement.Square(out s.X3, s.X3);
        FieldElement.Square(out s.Z3, s.Z3);
        FieldElement.Multiply(out s.Z3, s.Z3, x1);
        FieldElement.Multiply(out s.X2, s.A, s.B);
        FieldElement.Subtract(out s.B, s.A, s.B); // E
        FieldElement.MultiplySmall(out s.Z2, s.B, A24);
        FieldElement.Add(out s.Z2, s.Z2, s.A);
        FieldElement.Multiply(out s.Z2, s.Z2, s.B);
    }

    /// <summary>The working values in one place, so that they can be cleared together.</summary>
    private struct State
    {
        public FieldElement X2, Z2, X3, Z3, A, B, C, D;
    }
}

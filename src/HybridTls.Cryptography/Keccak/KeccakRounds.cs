using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>
/// The rounds of Keccak-f[1600] (FIPS 202 §3.3), written once for every lane width: <c>Count</c> states are permuted together,
/// word w of state l lies at w·Count + l.
/// </summary>
/// <remarks>
/// All 25 words live in locals: with AVX-512 they and the temporaries just fit the 32 registers. Two rounds are written out, from
/// the words a to the words e and back, which spares the moves that one round in a loop ends with (scalar: 273 ns instead of
/// 374 ns a permutation on a Sapphire Rapids core at 2.95 GHz; the vector widths are indifferent).
/// The letters are those of the Keccak team's own description: first the state (a before the round, e after it), then the row
/// y = 0…4 as b, g, k, m, s, then the column x = 0…4 as a, e, i, o, u. c are the column parities and t what θ adds to a column;
/// b is one row after ρ and π, from which χ makes a row of the next state.
/// </remarks>
internal static class KeccakRounds
{
    /// <summary>Permutes <c>TLanes.Count</c> states in place.</summary>
    /// <param name="state">The first of 25·Count words.</param>
    public static void Permute<TLanes, TVector>(ref ulong state)
        where TLanes : struct, ILanes64<TVector>
        where TVector : struct
    {
        // Long: two rounds written out over 25 locals, as the remarks above say.
        nuint count = (nuint)TLanes.Count;
        TVector aba = TLanes.Load(in state, 0 * count);
        TVector abe = TLanes.Load(in state, 1 * count);
        TVector abi = TLanes.Load(in state, 2 * count);
        TVector abo = TLanes.Load(in state, 3 * count);
        TVector abu = TLanes.Load(in state, 4 * count);
        TVector aga = TLanes.Load(in state, 5 * count);
        TVector age = TLanes.Load(in state, 6 * count);
        TVector agi = TLanes.Load(in state, 7 * count);
        TVector ago = TLanes.Load(in state, 8 * count);
        TVector agu = TLanes.Load(in state, 9 * count);
        TVector aka = TLanes.Load(in state, 10 * count);
        TVector ake = TLanes.Load(in state, 11 * count);
        TVector aki = TLanes.Load(in state, 12 * count);
        TVector ako = TLanes.Load(in state, 13 * count);
        TVector aku = TLanes.Load(in state, 14 * count);
        TVector ama = TLanes.Load(in state, 15 * count);
        TVector ame = TLanes.Load(in state, 16 * count);
        TVector ami = TLanes.Load(in state, 17 * count);
        TVector amo = TLanes.Load(in state, 18 * count);
        TVector amu = TLanes.Load(in state, 19 * count);
        TVector asa = TLanes.Load(in state, 20 * count);
        TVector ase = TLanes.Load(in state, 21 * count);
        TVector asi = TLanes.Load(in state, 22 * count);
        TVector aso = TLanes.Load(in state, 23 * count);
        TVector asu = TLanes.Load(in state, 24 * count);

        ref ulong constant = ref MemoryMarshal.GetReference(KeccakF1600.RoundConstants);
        for (int round = 0; round < KeccakF1600.Rounds; round += 2)
        {
            TVector ca = TLanes.Xor(TLanes.Xor(aba, aga, aka), ama, asa);
            TVector ce = TLanes.Xor(TLanes.Xor(abe, age, ake), ame, ase);
            TVector ci = TLanes.Xor(TLanes.Xor(abi, agi, aki), ami, asi);
            TVector co = TLanes.Xor(TLanes.Xor(abo, ago, ako), amo, aso);
            TVector cu = TLanes.Xor(TLanes.Xor(abu, agu, aku), amu, asu);
            TVector ta = TLanes.Xor(cu, TLanes.RotateLeft(ce, 1));
            TVector te = TLanes.Xor(ca, TLanes.RotateLeft(ci, 1));
            TVector ti = TLanes.Xor(ce, TLanes.RotateLeft(co, 1));
            TVector to = TLanes.Xor(ci, TLanes.RotateLeft(cu, 1));
            TVector tu = TLanes.Xor(co, TLanes.RotateLeft(ca, 1));

            TVector ba = TLanes.Xor(aba, ta);
            TVector be = TLanes.RotateLeft(TLanes.Xor(age, te), 44);
            TVector bi = TLanes.RotateLeft(TLanes.Xor(aki, ti), 43);
            TVector bo = TLanes.RotateLeft(TLanes.Xor(amo, to), 21);
            TVector bu = TLanes.RotateLeft(TLanes.Xor(asu, tu), 14);
            TVector eba = TLanes.Xor(TLanes.XorAndNot(ba, be, bi), TLanes.Broadcast(Unsafe.Add(ref constant, round)));
            TVector ebe = TLanes.XorAndNot(be, bi, bo);
            TVector ebi = TLanes.XorAndNot(bi, bo, bu);
            TVector ebo = TLanes.XorAndNot(bo, bu, ba);
            TVector ebu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(abo, to), 28);
            be = TLanes.RotateLeft(TLanes.Xor(agu, tu), 20);
            bi = TLanes.RotateLeft(TLanes.Xor(aka, ta), 3);
            bo = TLanes.RotateLeft(TLanes.Xor(ame, te), 45);
            bu = TLanes.RotateLeft(TLanes.Xor(asi, ti), 61);
            TVector ega = TLanes.XorAndNot(ba, be, bi);
            TVector ege = TLanes.XorAndNot(be, bi, bo);
            TVector egi = TLanes.XorAndNot(bi, bo, bu);
            TVector ego = TLanes.XorAndNot(bo, bu, ba);
            TVector egu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(abe, te), 1);
            be = TLanes.RotateLeft(TLanes.Xor(agi, ti), 6);
            bi = TLanes.RotateLeft(TLanes.Xor(ako, to), 25);
            bo = TLanes.RotateLeft(TLanes.Xor(amu, tu), 8);
            bu = TLanes.RotateLeft(TLanes.Xor(asa, ta), 18);
            TVector eka = TLanes.XorAndNot(ba, be, bi);
            TVector eke = TLanes.XorAndNot(be, bi, bo);
            TVector eki = TLanes.XorAndNot(bi, bo, bu);
            TVector eko = TLanes.XorAndNot(bo, bu, ba);
            TVector eku = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(abu, tu), 27);
            be = TLanes.RotateLeft(TLanes.Xor(aga, ta), 36);
            bi = TLanes.RotateLeft(TLanes.Xor(ake, te), 10);
            bo = TLanes.RotateLeft(TLanes.Xor(ami, ti), 15);
            bu = TLanes.RotateLeft(TLanes.Xor(aso, to), 56);
            TVector ema = TLanes.XorAndNot(ba, be, bi);
            TVector eme = TLanes.XorAndNot(be, bi, bo);
            TVector emi = TLanes.XorAndNot(bi, bo, bu);
            TVector emo = TLanes.XorAndNot(bo, bu, ba);
            TVector emu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(abi, ti), 62);
            be = TLanes.RotateLeft(TLanes.Xor(ago, to), 55);
            bi = TLanes.RotateLeft(TLanes.Xor(aku, tu), 39);
            bo = TLanes.RotateLeft(TLanes.Xor(ama, ta), 41);
            bu = TLanes.RotateLeft(TLanes.Xor(ase, te), 2);
            TVector esa = TLanes.XorAndNot(ba, be, bi);
            TVector ese = TLanes.XorAndNot(be, bi, bo);
            TVector esi = TLanes.XorAndNot(bi, bo, bu);
            TVector eso = TLanes.XorAndNot(bo, bu, ba);
            TVector esu = TLanes.XorAndNot(bu, ba, be);

            // The second round: the same from e to a.
            ca = TLanes.Xor(TLanes.Xor(eba, ega, eka), ema, esa);
            ce = TLanes.Xor(TLanes.Xor(ebe, ege, eke), eme, ese);
            ci = TLanes.Xor(TLanes.Xor(ebi, egi, eki), emi, esi);
            co = TLanes.Xor(TLanes.Xor(ebo, ego, eko), emo, eso);
            cu = TLanes.Xor(TLanes.Xor(ebu, egu, eku), emu, esu);
            ta = TLanes.Xor(cu, TLanes.RotateLeft(ce, 1));
            te = TLanes.Xor(ca, TLanes.RotateLeft(ci, 1));
            ti = TLanes.Xor(ce, TLanes.RotateLeft(co, 1));
            to = TLanes.Xor(ci, TLanes.RotateLeft(cu, 1));
            tu = TLanes.Xor(co, TLanes.RotateLeft(ca, 1));

            ba = TLanes.Xor(eba, ta);
            be = TLanes.RotateLeft(TLanes.Xor(ege, te), 44);
            bi = TLanes.RotateLeft(TLanes.Xor(eki, ti), 43);
            bo = TLanes.RotateLeft(TLanes.Xor(emo, to), 21);
            bu = TLanes.RotateLeft(TLanes.Xor(esu, tu), 14);
            aba = TLanes.Xor(TLanes.XorAndNot(ba, be, bi), TLanes.Broadcast(Unsafe.Add(ref constant, round + 1)));
            abe = TLanes.XorAndNot(be, bi, bo);
            abi = TLanes.XorAndNot(bi, bo, bu);
            abo = TLanes.XorAndNot(bo, bu, ba);
            abu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(ebo, to), 28);
            be = TLanes.RotateLeft(TLanes.Xor(egu, tu), 20);
            bi = TLanes.RotateLeft(TLanes.Xor(eka, ta), 3);
            bo = TLanes.RotateLeft(TLanes.Xor(eme, te), 45);
            bu = TLanes.RotateLeft(TLanes.Xor(esi, ti), 61);
            aga = TLanes.XorAndNot(ba, be, bi);
            age = TLanes.XorAndNot(be, bi, bo);
            agi = TLanes.XorAndNot(bi, bo, bu);
            ago = TLanes.XorAndNot(bo, bu, ba);
            agu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(ebe, te), 1);
            be = TLanes.RotateLeft(TLanes.Xor(egi, ti), 6);
            bi = TLanes.RotateLeft(TLanes.Xor(eko, to), 25);
            bo = TLanes.RotateLeft(TLanes.Xor(emu, tu), 8);
            bu = TLanes.RotateLeft(TLanes.Xor(esa, ta), 18);
            aka = TLanes.XorAndNot(ba, be, bi);
            ake = TLanes.XorAndNot(be, bi, bo);
            aki = TLanes.XorAndNot(bi, bo, bu);
            ako = TLanes.XorAndNot(bo, bu, ba);
            aku = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(ebu, tu), 27);
            be = TLanes.RotateLeft(TLanes.Xor(ega, ta), 36);
            bi = TLanes.RotateLeft(TLanes.Xor(eke, te), 10);
            bo = TLanes.RotateLeft(TLanes.Xor(emi, ti), 15);
            bu = TLanes.RotateLeft(TLanes.Xor(eso, to), 56);
            ama = TLanes.XorAndNot(ba, be, bi);
            ame = TLanes.XorAndNot(be, bi, bo);
            ami = TLanes.XorAndNot(bi, bo, bu);
            amo = TLanes.XorAndNot(bo, bu, ba);
            amu = TLanes.XorAndNot(bu, ba, be);

            ba = TLanes.RotateLeft(TLanes.Xor(ebi, ti), 62);
            be = TLanes.RotateLeft(TLanes.Xor(ego, to), 55);
            bi = TLanes.RotateLeft(TLanes.Xor(eku, tu), 39);
            bo = TLanes.RotateLeft(TLanes.Xor(ema, ta), 41);
            bu = TLanes.RotateLeft(TLanes.Xor(ese, te), 2);
            asa = TLanes.XorAndNot(ba, be, bi);
            ase = TLanes.XorAndNot(be, bi, bo);
            asi = TLanes.XorAndNot(bi, bo, bu);
            aso = TLanes.XorAndNot(bo, bu, ba);
            asu = TLanes.XorAndNot(bu, ba, be);
        }

        TLanes.Store(aba, ref state, 0 * count);
        TLanes.Store(abe, ref state, 1 * count);
        TLanes.Store(abi, ref state, 2 * count);
        TLanes.Store(abo, ref state, 3 * count);
        TLanes.Store(abu, ref state, 4 * count);
        TLanes.Store(aga, ref state, 5 * count);
        TLanes.Store(age, ref state, 6 * count);
        TLanes.Store(agi, ref state, 7 * count);
        TLanes.Store(ago, ref state, 8 * count);
        TLanes.Store(agu, ref state, 9 * count);
        TLanes.Store(aka, ref state, 10 * count);
        TLanes.Store(ake, ref state, 11 * count);
        TLanes.Store(aki, ref state, 12 * count);
        TLanes.Store(ako, ref state, 13 * count);
        TLanes.Store(aku, ref state, 14 * count);
        TLanes.Store(ama, ref state, 15 * count);
        TLanes.Store(ame, ref state, 16 * count);
        TLanes.Store(ami, ref state, 17 * count);
        TLanes.Store(amo, ref state, 18 * count);
        TLanes.Store(amu, ref state, 19 * count);
        TLanes.Store(asa, ref state, 20 * count);
        TLanes.Store(ase, ref state, 21 * count);
        TLanes.Store(asi, ref state, 22 * count);
        TLanes.Store(aso, ref state, 23 * count);
        TLanes.Store(asu, ref state, 24 * count);
    }
}

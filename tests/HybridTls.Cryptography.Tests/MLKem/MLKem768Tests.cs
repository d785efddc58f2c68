using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

public sealed class MLKem768Tests
{
    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_ciphertext_with_any_byte_changed_yields_the_rejection_secret(int width)
    {
        using (Lanes.Force((LaneWidth)width))
        {
            (byte[] ek, byte[] dk) = Keys(1);
            byte[] secret = new byte[32];
            byte[] ciphertext = new byte[MLKem768.CiphertextSize];
            MLKem768.EncapsInternal(ek, new byte[32], secret, ciphertext);
            using MLKem768PrivateKey key = MLKem768PrivateKey.Expand(dk);
            byte[] decapsulated = new byte[32];
            byte[] rejection = new byte[32];
            for (int i = 0; i < ciphertext.Length; i++)
            {
                byte original = ciphertext[i];
                ciphertext[i] ^= (byte)(1 << (i % 8));
                Shake256 j = new();
                j.Absorb(dk.AsSpan(^32..));
                j.Absorb(ciphertext);
                j.Squeeze(rejection);
                key.DecapsInternal(ciphertext, decapsulated);
                Assert.Equal(rejection, decapsulated);
                if (i % 8 == 0)
                {
                    MLKem768.DecapsInternal(dk, ciphertext, decapsulated);
                    Assert.Equal(rejection, decapsulated);
                }

                ciphertext[i] = original;
            }

            key.DecapsInternal(ciphertext, decapsulated);
            Assert.Equal(secret, decapsulated);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void An_expanded_key_serves_every_back_end_as_its_encoding_does(int width)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (byte[] ek, byte[] dk) = Keys(seed);
            byte[] sameEk = new byte[MLKem768.EncapsulationKeySize];
            byte[] ciphertext = new byte[MLKem768.CiphertextSize];
            byte[] secret = new byte[32];
            MLKem768PrivateKey generated;
            MLKem768PrivateKey expanded;
            using (Lanes.Force((LaneWidth)width))
            {
                generated = MLKem768PrivateKey.KeyGenInternal(Bytes(seed), Bytes(seed + 100), sameEk);
                expanded = MLKem768PrivateKey.Expand(dk);
            }

            Assert.Equal(ek, sameEk);
            MLKem768.EncapsInternal(ek, Bytes(seed + 200), secret, ciphertext);
            foreach (LaneWidth other in Lanes.Supported)
            {
                using (Lanes.Force(other))
                {
                    byte[] decapsulated = new byte[32];
                    generated.DecapsInternal(ciphertext, decapsulated);
                    Assert.Equal(secret, decapsulated);
                    expanded.DecapsInternal(ciphertext, decapsulated);
                    Assert.Equal(secret, decapsulated);
                }
            }

            generated.Dispose();
            expanded.Dispose();
        }
    }

    [Fact]
    public void A_disposed_key_refuses_and_holds_nothing()
    {
        (_, byte[] dk) = Keys(2);
        MLKem768PrivateKey key = MLKem768PrivateKey.Expand(dk);
        ZeroedMemory.AssertGivenUp(key.Dispose, (15 * 256 * 2) + 64);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.DecapsInternal(new byte[MLKem768.CiphertextSize], new byte[32]));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Encapsulation_and_decapsulation_allocate_nothing(int width)
    {
#if DEBUG
        Assert.Skip("Unoptimized code allocates.");
#endif
        using (Lanes.Force((LaneWidth)width))
        {
            (byte[] ek, byte[] dk) = Keys(3);
            byte[] secret = new byte[32];
            byte[] ciphertext = new byte[MLKem768.CiphertextSize];
            byte[] m = new byte[32];
            using MLKem768PrivateKey key = MLKem768PrivateKey.Expand(dk);
            Assert.Equal(0, AllocationMeter.Measure(Run));

            void Run()
            {
                MLKem768.KeyGenInternal(m, m, ek, dk);
                MLKem768.EncapsInternal(ek, m, secret, ciphertext);
                MLKem768.DecapsInternal(dk, ciphertext, secret);
                key.DecapsInternal(ciphertext, secret);
            }
        }
    }

    [Fact]
    public void Wrong_lengths_are_argument_exceptions_and_invalid_keys()
    {
        (byte[] ek, byte[] dk) = Keys(4);
        byte[] secret = new byte[32];
        byte[] ciphertext = new byte[MLKem768.CiphertextSize];
        Assert.True(MLKem768.IsValidEncapsulationKey(ek));
        Assert.True(MLKem768.IsValidDecapsulationKey(dk));
        foreach (int change in (int[])[-1, 1])
        {
            Assert.False(MLKem768.IsValidEncapsulationKey(new byte[ek.Length + change]));
            Assert.False(MLKem768.IsValidDecapsulationKey(new byte[dk.Length + change]));
            Assert.Throws<ArgumentException>("d", () => MLKem768.KeyGenInternal(new byte[32 + change], secret, ek, dk));
            Assert.Throws<ArgumentException>("z", () => MLKem768.KeyGenInternal(secret, new byte[32 + change], ek, dk));
            Assert.Throws<ArgumentException>("ek", () => MLKem768.KeyGenInternal(secret, secret, new byte[ek.Length + change], dk));
            Assert.Throws<ArgumentException>("dk", () => MLKem768.KeyGenInternal(secret, secret, ek, new byte[dk.Length + change]));
            Assert.Throws<ArgumentException>("ek", () => MLKem768.EncapsInternal(new byte[ek.Length + change], secret, secret, ciphertext));
            Assert.Throws<ArgumentException>("m", () => MLKem768.EncapsInternal(ek, new byte[32 + change], secret, ciphertext));
            Assert.Throws<ArgumentException>("sharedSecret", () => MLKem768.EncapsInternal(ek, secret, new byte[32 + change], ciphertext));
            Assert.Throws<ArgumentException>(
                "ciphertext", () => MLKem768.EncapsInternal(ek, secret, secret, new byte[ciphertext.Length + change]));
            Assert.Throws<ArgumentException>("dk", () => MLKem768.DecapsInternal(new byte[dk.Length + change], ciphertext, secret));
            Assert.Throws<ArgumentException>("ciphertext", () => MLKem768.DecapsInternal(dk, new byte[ciphertext.Length + change], secret));
            Assert.Throws<ArgumentException>("sharedSecret", () => MLKem768.DecapsInternal(dk, ciphertext, new byte[32 + change]));
            Assert.Throws<ArgumentException>("dk", () => MLKem768PrivateKey.Expand(new byte[dk.Length + change]));
        }
    }

    [Fact]
    public void A_decapsulation_key_is_invalid_if_its_hash_or_its_modulus_is_wrong()
    {
        (_, byte[] dk) = Keys(5);
        for (int i = 1152; i < 2400 - 32; i++)
        {
            dk[i] ^= 1;
            Assert.False(MLKem768.IsValidDecapsulationKey(dk));
            dk[i] ^= 1;
        }

        // A coefficient q in t̂, with the hash made good.
        dk[1152] = 0x01;
        dk[1153] = (byte)((dk[1153] & 0xF0) | 0x0D);
        Sha3_256.Hash(MLKem768.EncapsulationKeyOf(dk), dk.AsSpan(1152 + 1184, 32));
        Assert.False(MLKem768.IsValidDecapsulationKey(dk));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_decapsulation_key_whose_secret_is_not_reduced_is_refused_and_would_serve_as_the_reduced_one_does(int width)
    {
        // ByteDecode₁₂ reduces modulo q (FIPS 203 §4.2.1), and no check of §7.3 asks that ŝ be reduced; ours does, so that a key has one encoding.
        using (Lanes.Force((LaneWidth)width))
        {
            (byte[] ek, byte[] dk) = Keys(6);
            int changed = 0;
            for (int i = 0; i < 1152; i += 3)
            {
                int first = dk[i] | ((dk[i + 1] & 15) << 8);
                int second = (dk[i + 1] >> 4) | (dk[i + 2] << 4);
                changed += (first < 4096 - 3329 ? 1 : 0) + (second < 4096 - 3329 ? 1 : 0);
                first += first < 4096 - 3329 ? 3329 : 0;
                second += second < 4096 - 3329 ? 3329 : 0;
                dk[i] = (byte)first;
                dk[i + 1] = (byte)((first >> 8) | (second << 4));
                dk[i + 2] = (byte)(second >> 4);
            }

            Assert.InRange(changed, 100, 768);
            Assert.False(MLKem768.IsValidDecapsulationKey(dk));
            using MLKem768PrivateKey key = MLKem768PrivateKey.Expand(dk);
            byte[] secret = new byte[32];
            byte[] decapsulated = new byte[32];
            byte[] ciphertext = new byte[MLKem768.CiphertextSize];
            for (int seed = 0; seed < 20; seed++)
            {
                MLKem768.EncapsInternal(ek, Bytes(seed), secret, ciphertext);
                key.DecapsInternal(ciphertext, decapsulated);
                Assert.Equal(secret, decapsulated);
                decapsulated.AsSpan().Clear();
                MLKem768.DecapsInternal(dk, ciphertext, decapsulated);
                Assert.Equal(secret, decapsulated);
            }
        }
    }

    private static (byte[] Ek, byte[] Dk) Keys(int seed)
    {
        byte[] ek = new byte[MLKem768.EncapsulationKeySize];
        byte[] dk = new byte[MLKem768.DecapsulationKeySize];
        MLKem768.KeyGenInternal(Bytes(seed), Bytes(seed + 100), ek, dk);
        return (ek, dk);
    }

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

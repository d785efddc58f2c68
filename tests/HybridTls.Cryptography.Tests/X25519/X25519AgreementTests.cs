using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class X25519AgreementTests
{
    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void The_function_equals_the_vectors_of_RFC_7748_section_5_2(string scalar, string u, string expected)
    {
        foreach (LaneWidth width in Lanes.Supported)
        {
            using (Lanes.Force(width))
                Assert.Equal(expected, Agree(Convert.FromHexString(scalar), Convert.FromHexString(u)));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_iterated_function_equals_RFC_7748_section_5_2(int width)
    {
        using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
        byte[] k = new byte[32];
        k[0] = 9;
        byte[] u = [.. k];
        byte[] result = new byte[32];
        int end = Environment.GetEnvironmentVariable("HYBRIDTLS_LONG_TESTS") == "1" ? 1_000_000 : 1_000;
        for (int i = 1; i <= end; i++)
        {
            X25519.DeriveSharedSecret(k, u, result);
            (u, k, result) = (k, result, u);
            string? expected = i switch
            {
                1 => "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
                1_000 => "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
                1_000_000 => "7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424",
                _ => null,
            };
            if (expected is not null)
                Assert.Equal(expected, Convert.ToHexStringLower(k));
        }
    }

    [Fact]
    public void Diffie_Hellman_equals_RFC_7748_section_6_1()
    {
        byte[] alice = Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        foreach (LaneWidth width in Lanes.Supported)
        {
            using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
            byte[] alicePublic = new byte[32];
            byte[] bobPublic = new byte[32];
            X25519.DerivePublicKey(alice, alicePublic);
            X25519.DerivePublicKey(bob, bobPublic);
            Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alicePublic));
            Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bobPublic));
            Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Agree(alice, bobPublic));
            Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Agree(bob, alicePublic));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_Wycheproof_case_holds(int width)
    {
        using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
        IReadOnlyList<X25519Vector> vectors = X25519Vector.Load();
        Assert.Equal(518, vectors.Count);
        Assert.Contains(vectors, vector => vector.IsAllZero);
        foreach (X25519Vector vector in vectors)
        {
            byte[] shared = new byte[32];
            shared.AsSpan().Fill(0xA5);
            bool valid = X25519.TryDeriveSharedSecret(vector.Private, vector.Public, shared);
            Assert.True(valid != vector.IsAllZero, $"Case {vector.Id}");
            Assert.True(vector.Result is "valid" or "acceptable", $"Case {vector.Id}");
            byte[] expected = valid ? vector.Shared : [.. Enumerable.Repeat((byte)0xA5, 32)];
            Assert.True(expected.AsSpan().SequenceEqual(shared), $"Case {vector.Id} ({string.Join(' ', vector.Flags)})");
            Assert.Equal(vector.Flags.Contains("ZeroSharedSecret"), vector.IsAllZero);
        }
    }

    [Fact]
    public void An_all_zero_result_is_a_typed_failure_that_writes_nothing()
    {
        byte[] scalar = RandomNumberGenerator.GetBytes(32);
        byte[] shared = [.. Enumerable.Repeat((byte)0x5A, 32)];
        Assert.Throws<CryptographicException>(() => X25519.DeriveSharedSecret(scalar, new byte[32], shared));
        using X25519 key = X25519.ImportPrivateKey(scalar);
        Assert.Throws<CryptographicException>(() => key.DeriveSharedSecret(new byte[32], shared));
        Assert.False(key.TryDeriveSharedSecret(new byte[32], shared));
        Assert.All(shared, b => Assert.Equal(0x5A, b));
    }

    [Fact]
    public void A_non_canonical_coordinate_counts_modulo_p_and_the_top_bit_is_ignored()
    {
        foreach (LaneWidth width in Lanes.Supported)
        {
            using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
            byte[] scalar = RandomNumberGenerator.GetBytes(32);
            for (int small = 2; small < 19; small++)
            {
                byte[] canonical = new byte[32];
                canonical[0] = (byte)small;
                byte[] plusP = [.. Enumerable.Repeat((byte)0xFF, 32)];
                plusP[0] = (byte)(0xED + small);
                plusP[31] = 0x7F;
                byte[] topBit = [.. plusP];
                topBit[31] = 0xFF;
                string expected = Agree(scalar, canonical);
                Assert.Equal(expected, Agree(scalar, plusP));
                Assert.Equal(expected, Agree(scalar, topBit));
            }
        }
    }

    [Fact]
    public void Every_back_end_gives_the_scalar_result()
    {
        for (int i = 0; i < 300; i++)
        {
            byte[] a = RandomNumberGenerator.GetBytes(32);
            byte[] u = RandomNumberGenerator.GetBytes(32);
            if (i < 30) // leaves enough random bytes that u is not 0, of small order
                u = [.. Enumerable.Repeat((byte)(i % 2 == 0 ? 0xFF : 0x00), i), .. u.AsSpan(i)];
            string expected;
            using (Lanes.Force(LaneWidth.Scalar))
                expected = Agree(a, u);
            foreach (LaneWidth width in Lanes.Supported)
            {
                using (Lanes.Force(width))
                    Assert.Equal(expected, Agree(a, u));
            }
        }
    }

    private static string Agree(byte[] scalar, byte[] u)
    {
        byte[] shared = new byte[32];
        X25519.DeriveSharedSecret(scalar, u, shared);
        return Convert.ToHexStringLower(shared);
    }
}

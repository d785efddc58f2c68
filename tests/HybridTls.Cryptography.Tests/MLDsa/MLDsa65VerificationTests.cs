using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsa65VerificationTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_changed_bit_anywhere_spoils_the_signature(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] publicKey = key.PublicKey.ToArray();
        byte[] mu = MLDsaTestData.Mu(publicKey, "message"u8);
        byte[] signature = MLDsaTestData.Sign(key, "message"u8);
        MLDsa65VerificationKey verification = new(publicKey);
        Assert.True(verification.Verify(mu, signature));
        for (int i = 0; i < signature.Length; i++)
        {
            signature[i] ^= (byte)(1 << (i % 8));
            Assert.False(verification.Verify(mu, signature), $"byte {i} of the signature");
            signature[i] ^= (byte)(1 << (i % 8));
        }

        for (int i = 0; i < mu.Length; i++)
        {
            mu[i] ^= 0x10;
            Assert.False(verification.Verify(mu, signature));
            mu[i] ^= 0x10;
        }

        // Of t₁ only the high bits of a coefficient are sure to change w₁; ρ changes everything.
        for (int i = 0; i < RhoSize; i++)
        {
            publicKey[i] ^= 1;
            Assert.False(MLDsa65.Verify(publicKey, mu, signature));
            publicKey[i] ^= 1;
        }

        Assert.True(MLDsa65.Verify(publicKey, mu, signature));
    }

    [Fact]
    public void A_signature_of_another_length_is_none()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8);
        byte[] signature = MLDsaTestData.Sign(key, "message"u8);
        MLDsa65VerificationKey verification = new(key.PublicKey);
        Assert.False(verification.Verify(mu, [.. signature, 0]));
        Assert.False(verification.Verify(mu, signature.AsSpan(0, signature.Length - 1)));
        Assert.False(verification.Verify(mu, []));
        Assert.True(verification.Verify(mu, signature));
        Assert.False(verification.Verify(mu, [.. signature, 0]));
    }

    [Fact]
    public void A_malformed_hint_is_refused_though_it_means_the_same()
    {
        // The ones of a signature's hint, written in a way that the standard forbids: the sum is the same, the encoding is not.
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8);
        byte[] signature = MLDsaTestData.Sign(key, "message"u8);
        int weight = signature[^1];
        Assert.InRange(weight, 4, Omega - 1);
        Assert.True(signature[HintOffset + Omega] >= 2);

        byte[] swapped = [.. signature];
        (swapped[HintOffset], swapped[HintOffset + 1]) = (swapped[HintOffset + 1], swapped[HintOffset]);
        Assert.False(MLDsa65.Verify(key.PublicKey, mu, swapped));

        byte[] padded = [.. signature];
        padded[HintOffset + Omega - 1] = 1;
        Assert.False(MLDsa65.Verify(key.PublicKey, mu, padded));

        byte[] repeated = [.. signature];
        repeated.AsSpan(HintOffset, weight).CopyTo(repeated.AsSpan(HintOffset + 1));
        for (int i = 0; i < K; i++)
        {
            repeated[HintOffset + Omega + i]++;
        }

        Assert.False(MLDsa65.Verify(key.PublicKey, mu, repeated));
    }

    [Fact]
    public void Many_threads_verify_with_one_key()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8);
        byte[] signature = MLDsaTestData.Sign(key, "message"u8);
        for (int round = 0; round < 20; round++)
        {
            MLDsa65VerificationKey verification = new(key.PublicKey);
            Parallel.For(0, 8, _ => Assert.True(verification.Verify(mu, signature)));
        }
    }
}

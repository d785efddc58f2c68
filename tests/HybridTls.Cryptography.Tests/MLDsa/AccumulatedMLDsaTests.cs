using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>CCTV's accumulated vectors: one digest over the keys and signatures of many seeds.</summary>
public sealed class AccumulatedMLDsaTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_hundred_keys_and_signatures_have_the_published_digest(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        Assert.Equal("8358a1843220194417cadbc2651295cd8fc65125b5a5c1a239a16dc8b57ca199", Accumulate(100));
    }

    [Fact]
    public void Ten_thousand_keys_and_signatures_have_the_published_digest() =>
        Assert.Equal("5ff5e196f0b830c3b10a9eb5358e7c98a3a20136cb677f3ae3b90175c3ace329", Accumulate(10_000));

    private static string Accumulate(int count)
    {
        Shake128 source = new();
        Shake128 accumulator = new();
        byte[] seed = new byte[MLDsa65.SeedSize];
        byte[] signature = new byte[MLDsa65.SignatureSize];
        byte[] mu = new byte[MLDsa65.MuSize];
        byte[] tr = new byte[MLDsa65.TrSize];
        byte[] rnd = new byte[MLDsa65.RandomizerSize];
        for (int i = 0; i < count; i++)
        {
            source.Squeeze(seed);
            using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(seed);
            key.CopyTr(tr);
            MLDsa65.ComputeMu(tr, [], [], mu);
            key.Sign(mu, rnd, signature);
            Assert.True(MLDsa65.Verify(key.PublicKey, mu, signature));
            accumulator.Absorb(key.PublicKey);
            accumulator.Absorb(signature);
        }

        byte[] digest = new byte[32];
        accumulator.Squeeze(digest);
        return Convert.ToHexStringLower(digest);
    }
}

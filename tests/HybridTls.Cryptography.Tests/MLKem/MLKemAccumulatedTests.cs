using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

/// <summary>
/// The accumulated test of C2SP's CCTV: one digest stands for thousands of keys, encapsulations and rejections. The published
/// digests were made when FIPS 203 was a draft, whose key generation began with G(d); the final standard's begins with G(d ‖ k),
/// which the digests without that remark follow.
/// </summary>
public sealed class MLKemAccumulatedTests
{
    private const string Draft = "f7db260e1137a742e05fe0db9525012812b004d29040a5b606aad3d134b548d3";
    private const string Final = "f959d18d3d1180121433bf0e05f11e7908cf9d03edc150b2b07cb90bef5bc1c1";
    private const string DraftMillion = "70090cc5842aad0ec43d5042c783fae9bc320c047b5dafcb6e134821db02384d";

    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Ten_thousand_cases_accumulate_to_the_published_digest(int width)
    {
        using (Lanes.Force((LaneWidth)width))
            Assert.Equal(Draft, Accumulate(10_000, draft: true));
    }

    [Fact]
    public void Ten_thousand_cases_of_the_final_standard_accumulate_to_their_digest() =>
        Assert.Equal(Final, Accumulate(10_000, draft: false));

    [Fact]
    public void A_million_cases_accumulate_to_the_published_digest()
    {
        if (Environment.GetEnvironmentVariable("HYBRIDTLS_LONG_TESTS") != "1")
            Assert.Skip("Set HYBRIDTLS_LONG_TESTS=1 to run a million cases.");

        Assert.Equal(DraftMillion, Accumulate(1_000_000, draft: true));
    }

    private static string Accumulate(int count, bool draft)
    {
        Shake128 source = new();
        Shake128 accumulator = new();
        byte[] d = new byte[32];
        byte[] z = new byte[32];
        byte[] m = new byte[32];
        byte[] seeds = new byte[64];
        byte[] invalid = new byte[MLKem768.CiphertextSize];
        byte[] ek = new byte[MLKem768.EncapsulationKeySize];
        byte[] dk = new byte[MLKem768.DecapsulationKeySize];
        byte[] ct = new byte[MLKem768.CiphertextSize];
        byte[] k = new byte[32];
        byte[] decapsulated = new byte[32];
        for (int i = 0; i < count; i++)
        {
            source.Squeeze(d);
            source.Squeeze(z);
            source.Squeeze(m);
            source.Squeeze(invalid);
            if (draft)
            {
                Sha3_512.Hash(d, seeds);
                MLKem768.KeyGenFromSeeds(seeds, z, ek, dk);
            }
            else
            {
                MLKem768.KeyGenInternal(d, z, ek, dk);
            }

            MLKem768.EncapsInternal(ek, m, k, ct);
            MLKem768.DecapsInternal(dk, ct, decapsulated);
            Assert.True(k.AsSpan().SequenceEqual(decapsulated));
            accumulator.Absorb(ek);
            accumulator.Absorb(dk);
            accumulator.Absorb(ct);
            accumulator.Absorb(k);
            MLKem768.DecapsInternal(dk, invalid, decapsulated);
            accumulator.Absorb(decapsulated);
        }

        byte[] digest = new byte[32];
        accumulator.Squeeze(digest);
        return Convert.ToHexStringLower(digest);
    }
}

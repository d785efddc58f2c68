using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>That each branch by which signing rejects an attempt really runs, and leads to the same signature everywhere.</summary>
public sealed class MLDsaRejectionTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Signing_takes_the_branches_that_a_key_can_take(int width)
    {
        // Found by search: with the key of the all-zero seed these messages meet a hint of more than ω ones.
        foreach (int message in new[] { 240, 456, 1233 })
        {
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, message);
            byte[] expected = SignWith(LaneWidth.Scalar, bytes, out _);
            byte[] actual = SignWith((LaneWidth)width, bytes, out MLDsaTrace trace);
            Assert.Equal(expected, actual);
            Assert.Equal(1, trace.HintWeight);
            Assert.True(trace.R0Norm > 0);
            Assert.Equal(trace.Attempts - 1, trace.R0Norm + trace.ZNorm + trace.CT0Norm + trace.HintWeight);
            if (message == 1233)
            {
                Assert.Equal(33, trace.Attempts);
                Assert.True(trace.ZNorm > 0);
            }
        }
    }

    [Fact]
    public void The_benchmark_messages_need_the_mean_number_of_attempts()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[][] messages = MLDsaTestData.BenchmarkMessages();
        MLDsaTrace trace = MLDsaTestData.Trace(() =>
        {
            foreach (byte[] message in messages)
            {
                byte[] signature = MLDsaTestData.Sign(key, message);
                Assert.True(MLDsa65.Verify(key.PublicKey, MLDsaTestData.Mu(key.PublicKey, message), signature));
            }
        });

        // FIPS 204 table 1 expects 5.1 repetitions for ML-DSA-65.
        Assert.Equal(5.1, (double)trace.Attempts / messages.Length, tolerance: 0.1);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_check_of_c_t0_rejects_what_no_honest_key_can_make(int width)
    {
        // |c·t₀| ≤ τ·2^(d−1): for ML-DSA-65 the bound γ₂ is out of reach, so the check is fed a t₀ that no key has: γ₂/3 at three
        // neighbours, which reach γ₂ where c has three equal signs in a row: in about a third of the attempts.
        Assert.True(Tau << (D - 1) < Gamma2);
        byte[] first = SignWithFakeT0(LaneWidth.Scalar, out MLDsaTrace scalar);
        byte[] second = SignWithFakeT0((LaneWidth)width, out MLDsaTrace trace);
        Assert.Equal(first, second);
        Assert.True(trace.CT0Norm > 0);
        Assert.Equal(scalar.CT0Norm, trace.CT0Norm);
        Assert.Equal(scalar.Attempts, trace.Attempts);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Wycheproofs_rejection_cases_run_through_their_branches(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        using JsonDocument file = VectorFile.Open("mldsa_65_sign_seed_test.json");
        MLDsaTrace all = new();
        foreach (JsonElement group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                if (!test.GetProperty("comment").GetString()!.Contains("reject", StringComparison.Ordinal))
                {
                    continue;
                }

                using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(
                    Convert.FromHexString(group.GetProperty("privateSeed").GetString()!));
                byte[] mu = test.TryGetProperty("mu", out JsonElement value)
                    ? Convert.FromHexString(value.GetString()!)
                    : MLDsaTestData.Mu(key.PublicKey, Convert.FromHexString(test.GetProperty("msg").GetString()!));
                byte[] signature = new byte[MLDsa65.SignatureSize];
                MLDsaTrace trace = MLDsaTestData.Trace(() => key.Sign(mu, new byte[32], signature));
                Assert.Equal(test.GetProperty("sig").GetString(), Convert.ToHexStringLower(signature));
                all.R0Norm += trace.R0Norm;
                all.ZNorm += trace.ZNorm;
                all.HintWeight += trace.HintWeight;
            }
        }

        Assert.True(all.R0Norm > 0);
        Assert.True(all.ZNorm > 0);
        Assert.True(all.HintWeight > 0);
    }

    private static byte[] SignWith(LaneWidth width, byte[] message, out MLDsaTrace trace)
    {
        using Lanes.Forced forced = Lanes.Force(width);
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] signature = [];
        trace = MLDsaTestData.Trace(() => signature = MLDsaTestData.Sign(key, message));
        Assert.True(MLDsa65.Verify(key.PublicKey, MLDsaTestData.Mu(key.PublicKey, message), signature));
        return signature;
    }

    private static byte[] SignWithFakeT0(LaneWidth width, out MLDsaTrace trace)
    {
        using Lanes.Forced forced = Lanes.Force(width);
        int[] polynomials = new int[MLDsaExpandedKey.Coefficients];
        byte[] privateKey = new byte[MLDsa65.PrivateKeySize];
        MLDsaBackEnd.Selected.Generate(new byte[32], new byte[MLDsa65.PublicKeySize], new MLDsaExpandedKey(polynomials, privateKey));
        int[] fake = new int[N];
        fake.AsSpan(0, 3).Fill((Gamma2 / 3) + 1);
        MLDsaKernels.Scalar.Forward(fake);
        Span<int> t0 = new MLDsaExpandedKey(polynomials, privateKey).T0;
        t0.Clear();
        fake.CopyTo(t0);
        byte[] signatures = new byte[8 * MLDsa65.SignatureSize];
        trace = MLDsaTestData.Trace(() =>
        {
            for (int i = 0; i < 8; i++)
            {
                byte[] mu = SHA512.HashData([(byte)i]);
                MLDsaBackEnd.Selected.Sign(
                    new MLDsaExpandedKey(polynomials, privateKey), mu, new byte[32],
                    signatures.AsSpan(i * MLDsa65.SignatureSize, MLDsa65.SignatureSize));
            }
        });
        return signatures;
    }
}

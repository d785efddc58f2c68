using System.Text;
using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>What the tests of ML-DSA-65 share.</summary>
internal static class MLDsaTestData
{
    /// <summary>Every back end of this machine.</summary>
    public static TheoryData<int> Widths => new(Lanes.Supported.Select(static width => (int)width));

    /// <summary>CCTV's messages for timing signatures: with the key of the all-zero seed their rejections are representative.</summary>
    public static byte[][] BenchmarkMessages()
    {
        using JsonDocument file = VectorFile.Open("mldsa_65_benchmark_messages.json");
        return [.. file.RootElement.EnumerateArray().Select(static message => Encoding.ASCII.GetBytes(message.GetString()!))];
    }

    /// <summary>µ of a message without context.</summary>
    public static byte[] Mu(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> context = default)
    {
        byte[] tr = new byte[MLDsa65.TrSize];
        byte[] mu = new byte[MLDsa65.MuSize];
        MLDsa65.ComputeTr(publicKey, tr);
        MLDsa65.ComputeMu(tr, message, context, mu);
        return mu;
    }

    /// <summary>A deterministic signature of a message without context.</summary>
    public static byte[] Sign(MLDsa65SigningKey key, ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[MLDsa65.SignatureSize];
        key.Sign(Mu(key.PublicKey, message), new byte[MLDsa65.RandomizerSize], signature);
        return signature;
    }

    /// <summary>Coefficients of a seeded generator in [from, to).</summary>
    public static int[] Random(Random random, int count, int from, int to)
    {
        int[] result = new int[count];
        foreach (ref int w in result.AsSpan())
        {
            w = random.Next(from, to);
        }

        return result;
    }

    /// <summary>Counts the rare paths of what <paramref name="action"/> does on this thread.</summary>
    public static MLDsaTrace Trace(Action action)
    {
        MLDsaTrace trace = new();
        MLDsaTrace? previous = MLDsaTrace.Current;
        MLDsaTrace.Current = trace;
        try
        {
            action();
        }
        finally
        {
            MLDsaTrace.Current = previous;
        }

        return trace;
    }
}

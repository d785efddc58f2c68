using System.Runtime.InteropServices;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>
/// Every operation with each of its inputs and outputs beside a page that nobody may touch, on every back end: whoever reads or
/// writes beyond the caller's span, even within a vector whose rest it ignores, ends the process.
/// </summary>
public sealed class CallersMemoryTests : IDisposable
{
    private readonly List<GuardedMemory> _memory = [];
    private bool _atEnd;

    public static TheoryData<int, bool> Places
    {
        get
        {
            TheoryData<int, bool> places = [];
            foreach (LaneWidth width in Lanes.Supported)
            {
                places.Add((int)width, true);
                places.Add((int)width, false);
            }

            return places;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void ML_KEM_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        Span<byte> ek = New(MLKem768.EncapsulationKeySize);
        Span<byte> dk = New(MLKem768.DecapsulationKeySize);
        Span<byte> ciphertext = New(MLKem768.CiphertextSize);
        Span<byte> secret = New(MLKem768.SharedSecretSize);
        Span<byte> decapsulated = New(MLKem768.SharedSecretSize);
        for (int seed = 0; seed < 4; seed++)
        {
            Span<byte> d = Random(32, seed);
            Span<byte> z = Random(32, seed + 10);
            MLKem768.KeyGenInternal(d, z, ek, dk);
            Assert.True(MLKem768.IsValidEncapsulationKey(ek));
            Assert.True(MLKem768.IsValidDecapsulationKey(dk));
            MLKem768.EncapsInternal(ek, Random(32, seed + 20), secret, ciphertext);
            MLKem768.DecapsInternal(dk, ciphertext, decapsulated);
            Assert.True(secret.SequenceEqual(decapsulated));
            using MLKem768PrivateKey generated = MLKem768PrivateKey.KeyGenInternal(d, z, ek);
            using MLKem768PrivateKey expanded = MLKem768PrivateKey.Expand(dk);
            decapsulated.Clear();
            generated.DecapsInternal(ciphertext, decapsulated);
            Assert.True(secret.SequenceEqual(decapsulated));
            decapsulated.Clear();
            expanded.DecapsInternal(ciphertext, decapsulated);
            Assert.True(secret.SequenceEqual(decapsulated));
        }
    });

    [Theory]
    [MemberData(nameof(Places))]
    public void ML_DSA_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        Span<byte> publicKey = New(MLDsa65.PublicKeySize);
        Span<byte> privateKey = New(MLDsa65.PrivateKeySize);
        Span<byte> tr = New(MLDsa65.TrSize);
        Span<byte> mu = New(MLDsa65.MuSize);
        Span<byte> signature = New(MLDsa65.SignatureSize);
        for (int seed = 0; seed < 4; seed++)
        {
            Span<byte> xi = Random(MLDsa65.SeedSize, seed);
            MLDsa65.KeyGenInternal(xi, publicKey, privateKey);
            MLDsa65.ComputeTr(publicKey, tr);
            MLDsa65.ComputeMu(tr, Random(seed, seed), Random(255, seed), mu);
            using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(xi);
            using MLDsa65SigningKey same = MLDsa65SigningKey.FromPrivateKey(privateKey);
            key.ExportPrivateKey(privateKey);
            key.CopyTr(tr);
            same.Sign(mu, Random(MLDsa65.RandomizerSize, seed), signature);
            Assert.True(MLDsa65.Verify(publicKey, mu, signature));
            MLDsa65VerificationKey verification = new(publicKey);
            Assert.True(verification.Verify(mu, signature));
            Assert.True(verification.Verify(mu, signature));
            mu[0] ^= 1;
            Assert.False(verification.Verify(mu, signature));
        }
    });

    [Theory]
    [MemberData(nameof(Places))]
    public void X25519_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        Span<byte> mine = Random(32, 1);
        Span<byte> theirs = Random(32, 2);
        Span<byte> myShare = New(32);
        Span<byte> theirShare = New(32);
        Span<byte> mySecret = New(32);
        Span<byte> theirSecret = New(32);
        X25519.DerivePublicKey(mine, myShare);
        X25519.DerivePublicKey(theirs, theirShare);
        X25519.DeriveSharedSecret(mine, theirShare, mySecret);
        X25519.DeriveSharedSecret(theirs, myShare, theirSecret);
        Assert.True(mySecret.SequenceEqual(theirSecret));
    });

    [Theory]
    [MemberData(nameof(Places))]
    public void The_hybrid_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        Span<byte> clientShare = New(X25519MLKem768.ClientShareSizeInBytes);
        Span<byte> serverShare = New(X25519MLKem768.ServerShareSizeInBytes);
        Span<byte> clientSecret = New(X25519MLKem768.SharedSecretSizeInBytes);
        Span<byte> serverSecret = New(X25519MLKem768.SharedSecretSizeInBytes);
        using X25519MLKem768 client = X25519MLKem768.Generate();
        client.ExportClientShare(clientShare);
        X25519MLKem768.Respond(clientShare, serverShare, serverSecret);
        client.Finish(serverShare, clientSecret);
        Assert.True(clientSecret.SequenceEqual(serverSecret));
    });

    [Theory]
    [MemberData(nameof(Places))]
    public void SHA_3_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        for (int length = 0; length <= 2 * Shake128.Rate; length += length is > 8 and < 128 ? 7 : 1)
        {
            Span<byte> message = Random(length, length);
            Sha3_256.Hash(message, New(32));
            Sha3_512.Hash(message, New(64));
            Shake128.Hash(message, New(length));
            Shake256.Hash(message, New(length));
        }
    });

    [Theory]
    [MemberData(nameof(Places))]
    public void A_batch_touches_nothing_beyond_its_callers_memory(int width, bool atEnd) => Run(width, atEnd, () =>
    {
        int lanes = ShakeBatch.CountFor((LaneWidth)width);
        Span<byte> state = New(KeccakState.Words * lanes * sizeof(ulong));
        ShakeBatch batch = new(MemoryMarshal.Cast<byte, ulong>(state), (LaneWidth)width);
        foreach (int rate in (int[])[Shake128.Rate, Shake256.Rate])
        {
            batch.AbsorbIndexed(Random(64, 1), new ushort[lanes], sizeof(ushort), rate);
            batch.Squeeze(New(lanes * 2 * rate), 2 * rate, blocks: 2, rate);
            for (int lane = 0; lane < lanes; lane++)
            {
                batch.Absorb(lane, Random(rate - 1 - lane, lane), rate);
            }

            batch.Squeeze(New(lanes * ShakeBatch.BlockSize), ShakeBatch.BlockSize);
        }

        // What it says that it may read beyond the output, and not a byte more.
        Span<short> polynomial = MemoryMarshal.Cast<byte, short>(New(MLKemParameters.N * sizeof(short)));
        for (int size = 12; size <= 3 * Shake128.Rate; size += 12)
        {
            MLKemRejection.Fill(Random(size + MLKemRejection.Slack, size), size, polynomial, (LaneWidth)width);
        }
    });

    public void Dispose() => _memory.ForEach(static memory => memory.Dispose());

    private void Run(int width, bool atEnd, Action test)
    {
        Assert.SkipUnless(GuardedMemory.IsSupported, "Guard pages are asked of Linux only.");
        _atEnd = atEnd;
        using (Lanes.Force((LaneWidth)width))
        {
            test();
        }
    }

    private Span<byte> New(int size)
    {
        GuardedMemory memory = new(size, _atEnd);
        _memory.Add(memory);
        return memory.Span;
    }

    private Span<byte> Random(int size, int seed)
    {
        Span<byte> bytes = New(size);
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

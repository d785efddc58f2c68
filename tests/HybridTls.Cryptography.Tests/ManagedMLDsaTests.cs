using System.Security.Cryptography;
using HybridTls.Cryptography;
using Shake256 = HybridTls.Cryptography.Shake256;

namespace HybridTls.Tests.Cryptography;

public sealed class ManagedMLDsaTests
{
    private const int SignatureSize = 3309;
    private const string Sha512 = "2.16.840.1.101.3.4.2.3";

    private static readonly byte[] Data = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];

    private static readonly byte[] OtherContext = [8, 9];

    private static MLDsaAlgorithm Algorithm => MLDsaAlgorithm.MLDsa65;

    [Fact]
    public void Signatures_verify_through_the_BCLs_type()
    {
        using System.Security.Cryptography.MLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        using System.Security.Cryptography.MLDsa publicKey = ManagedMLDsa.ImportMLDsaPublicKey(Algorithm, key.ExportMLDsaPublicKey());
        using System.Security.Cryptography.MLDsa expanded = ManagedMLDsa.ImportMLDsaPrivateKey(Algorithm, key.ExportMLDsaPrivateKey());
        Assert.True(ManagedMLDsa.IsSupported);
        Assert.Same(Algorithm, key.Algorithm);
        foreach (byte[] signature in (byte[][])[key.SignData(Data), expanded.SignData(Data)])
        {
            Assert.True(key.VerifyData(Data, signature));
            Assert.True(publicKey.VerifyData(Data, signature));
            Assert.True(publicKey.VerifyData(Data, signature));
            Assert.False(publicKey.VerifyData(Data.AsSpan(1), signature));
            Assert.False(publicKey.VerifyData(Data, signature, OtherContext));
            Assert.False(publicKey.VerifyData(Data, signature[1..]));
            Assert.False(publicKey.VerifyData(Data, Array.Empty<byte>()));
        }
    }

    [Fact]
    public void A_signature_is_bound_to_its_context()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        byte[] context = new byte[255];
        foreach (int length in (int[])[0, 1, 254, 255])
        {
            byte[] signature = key.SignData(Data, context[..length]);
            Assert.True(key.VerifyData(Data, signature, context[..length]));
            Assert.False(key.VerifyData(Data, signature, context[..((length + 1) % 256)]));
        }
    }

    [Fact]
    public void Signing_is_hedged_by_default_and_deterministic_on_demand()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        Assert.NotEqual(key.SignData(Data), key.SignData(Data));
        byte[] first = new byte[SignatureSize];
        byte[] second = new byte[SignatureSize];
        key.SignDataDeterministic(Data, first);
        key.SignDataDeterministic(Data, second);
        Assert.Equal(first, second);
        Assert.True(key.VerifyData(Data, first));

        // The deterministic variant is the hedged one with zeros for randomness (FIPS 204 algorithm 2, line 5).
        using (Entropy.Replace(memory => memory.Span.Clear()))
            Assert.Equal(first, key.SignData(Data));

        key.SignDataDeterministic(Data, second, OtherContext);
        Assert.NotEqual(first, second);
        Assert.True(key.VerifyData(Data, second, OtherContext));
    }

    [Fact]
    public void Generation_takes_its_randomness_from_the_one_seam()
    {
        using (Entropy.Replace(memory => memory.Span.Fill(7)))
        using (ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm))
            Assert.Equal(Enumerable.Repeat((byte)7, 32), key.ExportMLDsaPrivateSeed());
    }

    [Theory]
    [InlineData("2.16.840.1.101.3.4.2.2", 48)]
    [InlineData("2.16.840.1.101.3.4.2.3", 64)]
    [InlineData("2.16.840.1.101.3.4.2.9", 48)]
    [InlineData("2.16.840.1.101.3.4.2.10", 64)]
    [InlineData("2.16.840.1.101.3.4.2.12", 64)]
    public void A_digest_is_signed_with_HashML_DSA(string oid, int size)
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        byte[] digest = RandomNumberGenerator.GetBytes(size);
        byte[] context = [1, 2, 3];
        byte[] signature = key.SignPreHash(digest, oid, context);
        Assert.True(key.VerifyPreHash(digest, signature, oid, context));
        Assert.False(key.VerifyPreHash(digest, signature, oid));
        Assert.False(key.VerifyData(digest, signature, context));

        // M' = 0x01 ‖ |ctx| ‖ ctx ‖ OID ‖ digest (FIPS 204 algorithm 4), put together here byte by byte.
        byte[] tr = new byte[64];
        MLDsa65.ComputeTr(key.ExportMLDsaPublicKey(), tr);
        byte[] encodedOid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, byte.Parse(oid[(oid.LastIndexOf('.') + 1)..])];
        byte[] mu = Shake256([.. tr, 1, 3, .. context, .. encodedOid, .. digest]);
        Assert.True(key.VerifyMu(mu, signature));
        Assert.True(key.VerifyPreHash(digest, key.SignMu(mu), oid, context));

        string other = oid == Sha512 ? "2.16.840.1.101.3.4.2.10" : Sha512;
        if (size == 64)
            Assert.False(key.VerifyPreHash(digest, signature, other, context));
    }

    [Fact]
    public void A_message_representative_is_signed_and_verified()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        byte[] tr = new byte[64];
        MLDsa65.ComputeTr(key.ExportMLDsaPublicKey(), tr);
        byte[] mu = Shake256([.. tr, 0, (byte)OtherContext.Length, .. OtherContext, .. Data]);
        Assert.True(key.VerifyData(Data, key.SignMu(mu), OtherContext));
        Assert.True(key.VerifyMu(mu, key.SignData(Data, OtherContext)));
        mu[0] ^= 1;
        Assert.False(key.VerifyMu(mu, key.SignData(Data, OtherContext)));
    }

    [Fact]
    public void Wrong_arguments_are_the_documented_exceptions_and_write_nothing()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        byte[] buffer = new byte[8192];
        byte[] digest = new byte[64];
        Action[] calls =
        [
            () => key.SignData(Data, buffer.AsSpan(0, SignatureSize - 1)),
            () => key.SignData(Data, buffer.AsSpan(0, SignatureSize + 1)),
            () => key.SignDataDeterministic(Data, buffer.AsSpan(0, SignatureSize - 1)),
            () => key.SignDataDeterministic(Data, buffer.AsSpan(0, SignatureSize + 1)),
            () => key.SignPreHash(digest, buffer.AsSpan(0, SignatureSize - 1), Sha512),
            () => key.SignMu(new byte[64], buffer.AsSpan(0, SignatureSize - 1)),
            () => key.SignMu(new byte[63], buffer.AsSpan(0, SignatureSize)),
            () => key.SignMu(new byte[65]),
            () => key.ExportMLDsaPrivateSeed(buffer.AsSpan(0, 31)),
            () => key.ExportMLDsaPrivateSeed(buffer.AsSpan(0, 33)),
            () => key.ExportMLDsaPrivateKey(buffer.AsSpan(0, 4031)),
            () => key.ExportMLDsaPrivateKey(buffer.AsSpan(0, 4033)),
            () => key.ExportMLDsaPublicKey(buffer.AsSpan(0, 1951)),
            () => key.ExportMLDsaPublicKey(buffer.AsSpan(0, 1953)),
        ];
        foreach (Action call in calls)
            Assert.Throws<ArgumentException>(call);

        byte[] longContext = new byte[256];
        calls =
        [
            () => key.SignData(Data, buffer.AsSpan(0, SignatureSize), longContext),
            () => key.SignDataDeterministic(Data, buffer.AsSpan(0, SignatureSize), longContext),
            () => key.SignPreHash(digest, buffer.AsSpan(0, SignatureSize), Sha512, longContext),
            () => key.VerifyData(Data, new byte[SignatureSize], longContext),
            () => key.VerifyPreHash(digest, new byte[SignatureSize], Sha512, longContext),
        ];
        foreach (Action call in calls)
            Assert.Throws<ArgumentOutOfRangeException>(call);

        calls =
        [
            () => key.SignPreHash(digest.AsSpan(1), buffer.AsSpan(0, SignatureSize), Sha512),
            () => key.SignPreHash(digest, buffer.AsSpan(0, SignatureSize), "not an identifier"),
            () => key.SignPreHash(digest, buffer.AsSpan(0, SignatureSize), ""),
            () => key.VerifyPreHash(digest.AsSpan(1), new byte[SignatureSize], Sha512),
        ];
        foreach (Action call in calls)
            Assert.Throws<CryptographicException>(call);

        // The BCL takes a signature over a digest of an unknown function, or of one too weak for ML-DSA-65, for invalid.
        Assert.False(key.VerifyPreHash(digest, new byte[SignatureSize], "not an identifier"));
        Assert.False(key.VerifyPreHash(new byte[32], new byte[SignatureSize], "2.16.840.1.101.3.4.2.1"));

        calls =
        [
            () => key.SignData(null!), () => key.SignPreHash(null!, Sha512), () => key.SignPreHash(digest, null!),
            () => key.SignMu((byte[])null!), () => key.VerifyData(null!, digest), () => key.VerifyData(Data, (byte[])null!),
            () => key.VerifyPreHash(null!, digest, Sha512), () => key.VerifyPreHash(digest, null!, Sha512),
            () => key.VerifyPreHash(digest, digest, null!), () => key.VerifyMu(null!, digest), () => key.VerifyMu(digest, null!),
        ];
        foreach (Action call in calls)
            Assert.Throws<ArgumentNullException>(call);
        Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_public_key_has_no_private_operations()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        using ManagedMLDsa publicKey = ManagedMLDsa.ImportMLDsaPublicKey(Algorithm, key.ExportMLDsaPublicKey());
        byte[] buffer = new byte[8192];
        Action[] calls =
        [
            () => publicKey.SignData(Data, buffer.AsSpan(0, SignatureSize)),
            () => publicKey.SignDataDeterministic(Data, buffer.AsSpan(0, SignatureSize)),
            () => publicKey.SignPreHash(new byte[64], buffer.AsSpan(0, SignatureSize), Sha512),
            () => publicKey.SignMu(new byte[64], buffer.AsSpan(0, SignatureSize)),
            () => publicKey.ExportMLDsaPrivateSeed(buffer.AsSpan(0, 32)),
            () => publicKey.ExportMLDsaPrivateKey(buffer.AsSpan(0, 4032)),
            () => publicKey.TryExportPkcs8PrivateKey(buffer, out _),
            () => publicKey.ExportEncryptedPkcs8PrivateKey("p", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)),
        ];
        foreach (Action call in calls)
            Assert.Throws<CryptographicException>(call);
        Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Other_parameter_sets_are_not_supported_and_the_message_names_the_supported_one()
    {
        foreach (MLDsaAlgorithm other in (MLDsaAlgorithm[])[MLDsaAlgorithm.MLDsa44, MLDsaAlgorithm.MLDsa87])
        {
            Action[] calls =
            [
                () => ManagedMLDsa.GenerateKey(other),
                () => ManagedMLDsa.ImportMLDsaPrivateSeed(other, new byte[other.PrivateSeedSizeInBytes]),
                () => ManagedMLDsa.ImportMLDsaPrivateKey(other, new byte[other.PrivateKeySizeInBytes]),
                () => ManagedMLDsa.ImportMLDsaPublicKey(other, new byte[other.PublicKeySizeInBytes]),
            ];
            foreach (Action call in calls)
                Assert.Contains("ML-DSA-65", Assert.Throws<NotSupportedException>(call).Message);
        }

        Assert.Throws<ArgumentNullException>(() => ManagedMLDsa.GenerateKey(null!));
        Assert.Throws<ArgumentNullException>(() => ManagedMLDsa.ImportMLDsaPrivateSeed(null!, new byte[32]));
        Assert.Throws<ArgumentNullException>(() => ManagedMLDsa.ImportMLDsaPrivateKey(null!, new byte[4032]));
        Assert.Throws<ArgumentNullException>(() => ManagedMLDsa.ImportMLDsaPublicKey(null!, new byte[1952]));
    }

    [Fact]
    public void Inconsistent_private_keys_are_refused_in_every_format()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        using ManagedMLDsa other = ManagedMLDsa.GenerateKey(Algorithm);

        // ρ, tr, s₁, s₂ and t₀ (FIPS 204 algorithm 24). K, at 32, is not bound to anything.
        foreach (int position in (int[])[0, 64, 127, 128, 128 + 639, 128 + 640, 128 + 1407, 1536, 4031])
        {
            byte[] damaged = key.ExportMLDsaPrivateKey();
            damaged[position] = (byte)(damaged[position] ^ 1);
            Assert.Throws<CryptographicException>(() => ManagedMLDsa.ImportMLDsaPrivateKey(Algorithm, damaged));
            byte[] pkcs8 = Pkcs8Builder.Wrap(KeyFormat.MLDsa65.Oid, Pkcs8Builder.ExpandedForm(damaged));
            Assert.Throws<CryptographicException>(() => ManagedMLDsa.ImportPkcs8PrivateKey(pkcs8));
        }

        byte[] mixed = [.. key.ExportMLDsaPrivateKey().AsSpan(0, 128), .. other.ExportMLDsaPrivateKey().AsSpan(128)];
        Assert.Throws<CryptographicException>(() => ManagedMLDsa.ImportMLDsaPrivateKey(Algorithm, mixed));
        Assert.Throws<CryptographicException>(() => ManagedMLDsa.ImportMLDsaPrivateKey(Algorithm, new byte[4032]));
    }

    [Fact]
    public void A_disposed_key_refuses_every_operation()
    {
        ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        ManagedMLDsa publicKey = ManagedMLDsa.ImportMLDsaPublicKey(Algorithm, key.ExportMLDsaPublicKey());
        byte[] signature = key.SignData(Data);
        byte[] buffer = new byte[8192];
        PbeParameters parameters = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        foreach (ManagedMLDsa disposed in (ManagedMLDsa[])[key, publicKey])
        {
            disposed.Dispose();
            disposed.Dispose();
            Action[] calls =
            [
                () => disposed.SignData(Data), () => disposed.SignData(Data, buffer.AsSpan(0, SignatureSize)),
                () => disposed.SignDataDeterministic(Data, buffer.AsSpan(0, SignatureSize)),
                () => disposed.SignPreHash(new byte[64], Sha512), () => disposed.SignMu(new byte[64]),
                () => disposed.VerifyData(Data, signature), () => disposed.VerifyPreHash(new byte[64], signature, Sha512),
                () => disposed.VerifyMu(new byte[64], signature),
                () => disposed.ExportMLDsaPrivateSeed(), () => disposed.ExportMLDsaPrivateKey(), () => disposed.ExportMLDsaPublicKey(),
                () => disposed.ExportPkcs8PrivateKey(), () => disposed.ExportPkcs8PrivateKeyPem(),
                () => disposed.TryExportPkcs8PrivateKey(buffer, out _),
                () => disposed.ExportSubjectPublicKeyInfo(), () => disposed.ExportSubjectPublicKeyInfoPem(),
                () => disposed.TryExportSubjectPublicKeyInfo(buffer, out _),
                () => disposed.ExportEncryptedPkcs8PrivateKey("p", parameters),
                () => disposed.ExportEncryptedPkcs8PrivateKeyPem("p", parameters),
                () => disposed.TryExportEncryptedPkcs8PrivateKey("p", parameters, buffer, out _),
            ];
            foreach (Action call in calls)
                Assert.Throws<ObjectDisposedException>(call);
        }

        Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Many_threads_use_one_key()
    {
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        Parallel.For(0, 100, i =>
        {
            byte[] data = BitConverter.GetBytes(i);
            Assert.True(key.VerifyData(data, key.SignData(data)));
        });
    }

    [Fact]
    public void Disposing_during_use_never_lets_a_wrong_signature_out()
    {
        for (int round = 0; round < 20; round++)
        {
            ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
            using ManagedMLDsa publicKey = ManagedMLDsa.ImportMLDsaPublicKey(Algorithm, key.ExportMLDsaPublicKey());
            Parallel.Invoke(
                () =>
                {
                    try
                    {
                        for (int i = 0; i < 200; i++)
                            Assert.True(publicKey.VerifyData(Data, key.SignData(Data)));
                    }
                    catch (ObjectDisposedException)
                    {
                        // As it should end.
                    }
                },
                () =>
                {
                    Thread.SpinWait(round * 5000);
                    key.Dispose();
                });
        }
    }

    [Fact]
    public void Signing_and_verifying_allocate_nothing()
    {
#if DEBUG
        Assert.Skip("Unoptimized code allocates.");
#endif
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(Algorithm);
        byte[] signature = new byte[SignatureSize];
        byte[] digest = new byte[64];
        long allocated = AllocationMeter.Measure(() =>
        {
            key.SignData(Data.AsSpan(), signature.AsSpan());
            key.VerifyData(Data.AsSpan(), signature.AsSpan());
            key.SignDataDeterministic(Data, signature);
            key.SignPreHash(digest, signature, Sha512);
            key.VerifyPreHash(digest.AsSpan(), signature.AsSpan(), Sha512);
            key.SignMu(digest, signature);
            key.VerifyMu(digest.AsSpan(), signature.AsSpan());
        });
        Assert.Equal(0, allocated);
    }

    private static byte[] Shake256(ReadOnlySpan<byte> input)
    {
        byte[] output = new byte[64];
        Shake256 shake = new();
        shake.Absorb(input);
        shake.Squeeze(output);
        return output;
    }
}

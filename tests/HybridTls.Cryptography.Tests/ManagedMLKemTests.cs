using System.Formats.Asn1;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class ManagedMLKemTests
{
    private static MLKemAlgorithm Algorithm => MLKemAlgorithm.MLKem768;

    [Fact]
    public void Both_sides_share_the_secret_through_the_BCLs_type()
    {
        using System.Security.Cryptography.MLKem key = ManagedMLKem.GenerateKey(Algorithm);
        using System.Security.Cryptography.MLKem publicKey = ManagedMLKem.ImportEncapsulationKey(Algorithm, key.ExportEncapsulationKey());
        Assert.True(ManagedMLKem.IsSupported);
        Assert.Same(Algorithm, key.Algorithm);
        publicKey.Encapsulate(out byte[] ciphertext, out byte[] secret);
        Assert.Equal(secret, key.Decapsulate(ciphertext));

        // A key made from the private parts decapsulates alike, and every key encapsulates.
        using ManagedMLKem expanded = ManagedMLKem.ImportDecapsulationKey(Algorithm, key.ExportDecapsulationKey());
        Assert.Equal(secret, expanded.Decapsulate(ciphertext));
        expanded.Encapsulate(out ciphertext, out secret);
        Assert.Equal(secret, key.Decapsulate(ciphertext));
    }

    [Fact]
    public void Encapsulation_and_generation_take_their_randomness_from_the_one_seam()
    {
        byte[] seed = new byte[64];
        seed.AsSpan().Fill(1);
        byte[] message = new byte[32];
        message.AsSpan().Fill(2);
        byte[] secret = new byte[32];
        byte[] ciphertext = new byte[1088];
        using (Entropy.Replace(memory => memory.Span.Fill(memory.Length == 64 ? (byte)1 : (byte)2)))
        {
            using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
            Assert.Equal(seed, key.ExportPrivateSeed());
            key.Encapsulate(ciphertext, secret);
            byte[] expectedSecret = new byte[32];
            byte[] expectedCiphertext = new byte[1088];
            MLKem768.EncapsInternal(key.ExportEncapsulationKey(), message, expectedSecret, expectedCiphertext);
            Assert.Equal(expectedCiphertext, ciphertext);
            Assert.Equal(expectedSecret, secret);
        }
    }

    [Fact]
    public void A_foreign_ciphertext_yields_another_secret_and_no_error()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        key.Encapsulate(out byte[] ciphertext, out byte[] secret);
        ciphertext[^1] ^= 1;
        byte[] rejected = key.Decapsulate(ciphertext);
        Assert.NotEqual(secret, rejected);
        Assert.Equal(rejected, key.Decapsulate(ciphertext));
        Assert.Equal(32, key.Decapsulate(new byte[1088]).Length);
    }

    [Fact]
    public void The_secret_may_overwrite_the_ciphertext_that_it_comes_from()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        key.Encapsulate(out byte[] ciphertext, out byte[] secret);
        foreach (int offset in (int[])[0, 500, 1088 - 32])
        {
            byte[] buffer = [.. ciphertext];
            key.Decapsulate(buffer, buffer.AsSpan(offset, 32));
            Assert.Equal(secret, buffer[offset..(offset + 32)]);
        }
    }

    [Fact]
    public void Wrong_lengths_are_ArgumentExceptions_and_write_nothing()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        byte[] buffer = new byte[3000];
        Action[] calls =
        [
            () => key.Encapsulate(buffer.AsSpan(0, 1087), buffer.AsSpan(2000, 32)),
            () => key.Encapsulate(buffer.AsSpan(0, 1089), buffer.AsSpan(2000, 32)),
            () => key.Encapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 31)),
            () => key.Encapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 33)),
            () => key.Decapsulate(buffer.AsSpan(0, 1087), buffer.AsSpan(2000, 32)),
            () => key.Decapsulate(buffer.AsSpan(0, 1089), buffer.AsSpan(2000, 32)),
            () => key.Decapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 31)),
            () => key.Decapsulate(new byte[1087]),
            () => key.ExportPrivateSeed(buffer.AsSpan(0, 63)),
            () => key.ExportPrivateSeed(buffer.AsSpan(0, 65)),
            () => key.ExportDecapsulationKey(buffer.AsSpan(0, 2399)),
            () => key.ExportDecapsulationKey(buffer.AsSpan(0, 2401)),
            () => key.ExportEncapsulationKey(buffer.AsSpan(0, 1183)),
            () => key.ExportEncapsulationKey(buffer.AsSpan(0, 1185)),
        ];
        foreach (Action call in calls)
            Assert.Throws<ArgumentException>(call);
        Assert.Throws<ArgumentNullException>(() => key.Decapsulate(null!));
        Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_public_key_has_no_private_operations()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        using ManagedMLKem publicKey = ManagedMLKem.ImportEncapsulationKey(Algorithm, key.ExportEncapsulationKey());
        byte[] buffer = new byte[4096];
        Action[] calls =
        [
            () => publicKey.Decapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 32)),
            () => publicKey.ExportPrivateSeed(buffer.AsSpan(0, 64)),
            () => publicKey.ExportDecapsulationKey(buffer.AsSpan(0, 2400)),
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
        foreach (MLKemAlgorithm other in (MLKemAlgorithm[])[MLKemAlgorithm.MLKem512, MLKemAlgorithm.MLKem1024])
        {
            Action[] calls =
            [
                () => ManagedMLKem.GenerateKey(other),
                () => ManagedMLKem.ImportPrivateSeed(other, new byte[other.PrivateSeedSizeInBytes]),
                () => ManagedMLKem.ImportDecapsulationKey(other, new byte[other.DecapsulationKeySizeInBytes]),
                () => ManagedMLKem.ImportEncapsulationKey(other, new byte[other.EncapsulationKeySizeInBytes]),
            ];
            foreach (Action call in calls)
                Assert.Contains("ML-KEM-768", Assert.Throws<NotSupportedException>(call).Message);
        }

        Assert.Throws<ArgumentNullException>(() => ManagedMLKem.GenerateKey(null!));
        Assert.Throws<ArgumentNullException>(() => ManagedMLKem.ImportPrivateSeed(null!, new byte[64]));
        Assert.Throws<ArgumentNullException>(() => ManagedMLKem.ImportDecapsulationKey(null!, new byte[2400]));
        Assert.Throws<ArgumentNullException>(() => ManagedMLKem.ImportEncapsulationKey(null!, new byte[1184]));
    }

    [Fact]
    public void Keys_that_fail_the_checks_of_FIPS_203_are_refused_in_every_format()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        string oid = KeyFormat.MLKem768.Oid;

        // §7.2: a coefficient of q or more, here 0xFFF.
        byte[] unreduced = key.ExportEncapsulationKey();
        unreduced[0] = 0xFF;
        unreduced[1] |= 0x0F;
        Assert.Throws<CryptographicException>(() => ManagedMLKem.ImportEncapsulationKey(Algorithm, unreduced));
        Assert.Throws<CryptographicException>(() => ManagedMLKem.ImportSubjectPublicKeyInfo(Pkcs8Builder.Spki(oid, unreduced)));

        // §7.3: the hash of the encapsulation key within the decapsulation key.
        foreach (int position in (int[])[1152, 2335, 2336, 2367])
        {
            byte[] damaged = key.ExportDecapsulationKey();
            damaged[position] ^= 1;
            Assert.Throws<CryptographicException>(() => ManagedMLKem.ImportDecapsulationKey(Algorithm, damaged));
            byte[] pkcs8 = Pkcs8Builder.Wrap(oid, Pkcs8Builder.ExpandedForm(damaged));
            Assert.Throws<CryptographicException>(() => ManagedMLKem.ImportPkcs8PrivateKey(pkcs8));
        }
    }

    [Fact]
    public void A_disposed_key_refuses_every_operation()
    {
        ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        key.Dispose();
        key.Dispose();
        byte[] buffer = new byte[4096];
        PbeParameters parameters = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        Action[] calls =
        [
            () => key.Encapsulate(out _, out _),
            () => key.Encapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 32)),
            () => key.Decapsulate(new byte[1088]),
            () => key.Decapsulate(buffer.AsSpan(0, 1088), buffer.AsSpan(2000, 32)),
            () => key.ExportPrivateSeed(), () => key.ExportDecapsulationKey(), () => key.ExportEncapsulationKey(),
            () => key.ExportPrivateSeed(buffer.AsSpan(0, 64)),
            () => key.ExportDecapsulationKey(buffer.AsSpan(0, 2400)),
            () => key.ExportEncapsulationKey(buffer.AsSpan(0, 1184)),
            () => key.ExportPkcs8PrivateKey(), () => key.ExportPkcs8PrivateKeyPem(), () => key.TryExportPkcs8PrivateKey(buffer, out _),
            () => key.ExportSubjectPublicKeyInfo(), () => key.ExportSubjectPublicKeyInfoPem(),
            () => key.TryExportSubjectPublicKeyInfo(buffer, out _),
            () => key.ExportEncryptedPkcs8PrivateKey("p", parameters), () => key.ExportEncryptedPkcs8PrivateKeyPem("p", parameters),
            () => key.TryExportEncryptedPkcs8PrivateKey("p", parameters, buffer, out _),
        ];
        foreach (Action call in calls)
            Assert.Throws<ObjectDisposedException>(call);
        Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Many_threads_use_one_key()
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        Parallel.For(0, 200, _ =>
        {
            key.Encapsulate(out byte[] ciphertext, out byte[] secret);
            Assert.Equal(secret, key.Decapsulate(ciphertext));
        });
    }

    [Fact]
    public void Disposing_during_use_never_lets_a_wrong_secret_out()
    {
        for (int round = 0; round < 20; round++)
        {
            ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
            key.Encapsulate(out byte[] ciphertext, out byte[] secret);
            Parallel.Invoke(
                () =>
                {
                    try
                    {
                        for (int i = 0; i < 1000; i++)
                            Assert.Equal(secret, key.Decapsulate(ciphertext));
                    }
                    catch (ObjectDisposedException)
                    {
                        // As it should end.
                    }
                },
                () =>
                {
                    Thread.SpinWait(round * 2000);
                    key.Dispose();
                });
        }
    }

    [Fact]
    public void Encapsulating_and_decapsulating_allocate_nothing()
    {
#if DEBUG
        Assert.Skip("Unoptimized code allocates.");
#endif
        using ManagedMLKem key = ManagedMLKem.GenerateKey(Algorithm);
        byte[] ciphertext = new byte[1088];
        byte[] secret = new byte[32];
        long allocated = AllocationMeter.Measure(() =>
        {
            key.Encapsulate(ciphertext, secret);
            key.Decapsulate(ciphertext, secret);
        });
        Assert.Equal(0, allocated);
    }

    /// <summary>4,095 and 766 are the same coefficient modulo q: such a key would work, and have several encodings.</summary>
    [Theory]
    [InlineData("expanded")]
    [InlineData("PKCS#8, expanded")]
    [InlineData("PKCS#8, both")]
    [InlineData("PEM")]
    [InlineData("encrypted PKCS#8")]
    public void A_decapsulation_key_that_is_not_reduced_is_refused(string form)
    {
        using ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        byte[] good = key.ExportDecapsulationKey();
        foreach (int at in (int[])[0, 577, 1149])
        {
            byte[] bad = [.. good];
            (bad[at], bad[at + 1], bad[at + 2]) = (0xFF, (byte)(bad[at + 1] | 0x0F), bad[at + 2]);
            if (at % 3 != 0)
                (bad[at], bad[at + 1]) = ((byte)(bad[at] | 0xF0), 0xFF); // the odd coefficient of a pair
            Import(form, good, key.ExportPrivateSeed());
            Assert.ThrowsAny<CryptographicException>(() => Import(form, bad, key.ExportPrivateSeed()));
        }
    }

    private static void Import(string form, byte[] dk, byte[] seed)
    {
        AsnWriter inner = new(AsnEncodingRules.DER);
        if (form == "PKCS#8, both")
        {
            using (inner.PushSequence())
            {
                inner.WriteOctetString(seed);
                inner.WriteOctetString(dk);
            }
        }
        else
        {
            inner.WriteOctetString(dk);
        }

        AsnWriter pkcs8 = new(AsnEncodingRules.DER);
        using (pkcs8.PushSequence())
        {
            pkcs8.WriteInteger(0);
            using (pkcs8.PushSequence())
                pkcs8.WriteObjectIdentifier("2.16.840.1.101.3.4.4.2");
            pkcs8.WriteOctetString(inner.Encode());
        }

        switch (form)
        {
            case "expanded":
                ManagedMLKem.ImportDecapsulationKey(MLKemAlgorithm.MLKem768, dk).Dispose();
                break;
            case "PEM":
                ManagedMLKem.ImportFromPem(PemEncoding.WriteString("PRIVATE KEY", pkcs8.Encode())).Dispose();
                break;
            case "encrypted PKCS#8":
                System.Security.Cryptography.Pkcs.Pkcs8PrivateKeyInfo info = System.Security.Cryptography.Pkcs.Pkcs8PrivateKeyInfo.Decode(pkcs8.Encode(), out _);
                byte[] encrypted = info.Encrypt("pw", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10));
                ManagedMLKem.ImportEncryptedPkcs8PrivateKey("pw", encrypted).Dispose();
                break;
            default:
                ManagedMLKem.ImportPkcs8PrivateKey(pkcs8.Encode()).Dispose();
                break;
        }
    }
}

using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class KeyFormatBadInputTests
{
    private static readonly PbeParameters QuickEncryption = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);

    public static TheoryData<string> Kinds => KeyFormatRoundTripTests.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public void Null_is_an_ArgumentNullException(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        Func<AnyKey>[] imports =
        [
            () => kind.FromSeed(null!), () => kind.FromExpandedKey(null!), () => kind.FromPublicKey(null!), () => kind.FromSpki(null!),
            () => kind.FromPkcs8(null!), () => kind.FromPem(null!),
            () => kind.FromEncrypted((string)null!, []), () => kind.FromEncrypted("", null!),
            () => kind.FromEncryptedPem(null!, ""), () => kind.FromEncryptedPem("", (string)null!),
            () => kind.FromEncryptedPem(null!, [0]), () => kind.FromEncryptedPem("", (byte[])null!),
        ];
        foreach (Func<AnyKey> import in imports)
            Assert.Throws<ArgumentNullException>(import);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_raw_key_of_the_wrong_length_is_an_ArgumentException(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        foreach ((Func<byte[], AnyKey> import, int length) in ((Func<byte[], AnyKey>, int)[])
            [
                (kind.FromSeed, kind.Format.SeedSize),
                (kind.FromExpandedKey, kind.Format.ExpandedKeySize),
                (kind.FromPublicKey, kind.Format.PublicKeySize),
            ])
        {
            foreach (int wrong in (int[])[0, 1, length - 1, length + 1, 2 * length])
            {
                ArgumentException failure = Assert.Throws<ArgumentException>(() => import(new byte[wrong]));
                Assert.Equal("source", failure.ParamName);
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_truncation_and_any_trailing_byte_is_refused(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        foreach ((Func<byte[], AnyKey> import, byte[] encoded) in Encodings(kind))
        {
            import(encoded).Dispose();
            for (int length = 0; length < encoded.Length; length++)
                Assert.Throws<CryptographicException>(() => import(encoded[..length]));
            Assert.Throws<CryptographicException>(() => import([.. encoded, 0]));
            Assert.Throws<CryptographicException>(() => import([.. encoded, .. encoded]));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Changed_structure_bytes_cause_documented_exceptions_only(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        foreach ((Func<byte[], AnyKey> import, byte[] encoded) in Encodings(kind))
        {
            // The headers, and what follows them, stand at the beginning; for the both form also between the two keys.
            int[] positions =
            [
                .. Enumerable.Range(0, Math.Min(encoded.Length, 48)),
                .. Enumerable.Range(60, 60).Where(i => i < encoded.Length), encoded.Length - 1,
            ];
            foreach (int position in positions)
            {
                byte[] changed = [.. encoded];
                foreach (int change in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 3, 0x7F, 0xFF])
                {
                    changed[position] = (byte)(encoded[position] ^ change);
                    AssertDocumented(() => import(changed));
                }
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Random_bytes_cause_documented_exceptions_only(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        Random random = new(4);
        foreach ((Func<byte[], AnyKey> import, byte[] encoded) in Encodings(kind))
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] noise = new byte[random.Next(100)];
                random.NextBytes(noise);
                AssertDocumented(() => import(noise));

                // A valid beginning reaches deeper.
                AssertDocumented(() => import([.. encoded.AsSpan(0, random.Next(Math.Min(60, encoded.Length))), .. noise]));
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Parts_that_do_not_belong_together_are_refused(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        string oid = kind.Format.Oid;
        using AnyKey key = kind.Generate();
        using AnyKey other = kind.Generate();
        byte[] seed = key.Seed();
        byte[] expanded = key.ExpandedKey();

        Refuse(Pkcs8Builder.Wrap(oid, Pkcs8Builder.BothForm(other.Seed(), expanded)));
        Refuse(Pkcs8Builder.Wrap(oid, Pkcs8Builder.BothForm(seed, other.ExpandedKey())));
        foreach (int position in (int[])[0, 31, 32, 1151, 1152, 2335, 2336, 2367, expanded.Length - 1])
        {
            byte[] changed = [.. expanded];
            changed[position] ^= 1;
            Refuse(Pkcs8Builder.Wrap(oid, Pkcs8Builder.BothForm(seed, changed)));
        }

        byte[] form = Pkcs8Builder.SeedForm(seed);
        Refuse(Pkcs8Builder.Wrap(oid, form, version: 1, publicKey: other.PublicKey()));
        Refuse(Pkcs8Builder.Wrap(oid, Pkcs8Builder.ExpandedForm(expanded), version: 1, publicKey: other.PublicKey()));

        void Refuse(byte[] encoded) => Assert.Throws<CryptographicException>(() => kind.FromPkcs8(encoded));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Malformed_structures_are_refused(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        string oid = kind.Format.Oid;
        using AnyKey key = kind.Generate();
        byte[] seed = key.Seed();
        byte[] form = Pkcs8Builder.SeedForm(seed);
        byte[] both = Pkcs8Builder.BothForm(seed, key.ExpandedKey());
        byte[][] privateKeys =
        [
            Pkcs8Builder.Wrap(oid, form, version: 2),
            Pkcs8Builder.Wrap(oid, form, version: -1),
            Pkcs8Builder.Wrap(oid, form, version: 0, publicKey: key.PublicKey()),
            Pkcs8Builder.Wrap(oid, form, version: 1, publicKey: key.PublicKey()[1..]),
            Pkcs8Builder.Wrap(oid, form, nullParameters: true),
            Pkcs8Builder.Wrap(oid, []),
            Pkcs8Builder.Wrap(oid, seed),
            Pkcs8Builder.Wrap(oid, [.. form, 0]),
            Pkcs8Builder.Wrap(oid, [.. form, .. form]),
            Pkcs8Builder.Wrap(oid, [.. both, 0]),
            Pkcs8Builder.Wrap(oid, Pkcs8Builder.SeedForm(seed.AsSpan(1))),
            Pkcs8Builder.Wrap(oid, Pkcs8Builder.SeedForm([.. seed, 0])),
            Pkcs8Builder.Wrap(oid, Pkcs8Builder.ExpandedForm(seed)),
            Pkcs8Builder.Wrap(oid, Pkcs8Builder.ExpandedForm([.. key.ExpandedKey(), 0])),
            Pkcs8Builder.Wrap(oid, Pkcs8Builder.BothForm(key.ExpandedKey(), seed)),
        ];
        foreach (byte[] encoded in privateKeys)
            Assert.Throws<CryptographicException>(() => kind.FromPkcs8(encoded));

        byte[] publicKey = key.PublicKey();
        byte[] evenLastByte = [.. publicKey];
        evenLastByte[^1] &= 0xFE;
        byte[][] publicKeys =
        [
            Pkcs8Builder.Spki(oid, publicKey, nullParameters: true),
            Pkcs8Builder.Spki(oid, publicKey.AsSpan(1)),
            Pkcs8Builder.Spki(oid, [.. publicKey, 0]),
            Pkcs8Builder.Spki(oid, evenLastByte, unusedBits: 1),
            Pkcs8Builder.Spki(oid, []),
        ];
        foreach (byte[] encoded in publicKeys)
            Assert.Throws<CryptographicException>(() => kind.FromSpki(encoded));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Keys_of_other_algorithms_are_refused_and_named(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        using AnyKey sister = (kind == KeyKind.MLKem ? KeyKind.MLDsa : KeyKind.MLKem).Generate();
        foreach (byte[] spki in (byte[][])[ecdsa.ExportSubjectPublicKeyInfo(), rsa.ExportSubjectPublicKeyInfo(), sister.Spki()])
            Assert.Contains(kind.Format.Name, Assert.Throws<CryptographicException>(() => kind.FromSpki(spki)).Message);
        foreach (byte[] pkcs8 in (byte[][])[ecdsa.ExportPkcs8PrivateKey(), rsa.ExportPkcs8PrivateKey(), sister.Pkcs8()])
            Assert.Contains(kind.Format.Name, Assert.Throws<CryptographicException>(() => kind.FromPkcs8(pkcs8)).Message);

        byte[] encrypted = ecdsa.ExportEncryptedPkcs8PrivateKey("p", QuickEncryption);
        Assert.Throws<CryptographicException>(() => kind.FromEncrypted("p", encrypted));
        Assert.Throws<CryptographicException>(() => kind.FromPem(ecdsa.ExportSubjectPublicKeyInfoPem()));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Other_parameter_sets_are_not_supported_and_the_message_names_the_supported_one(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        byte[] content = new byte[100];
        foreach (string oid in kind.Format.SiblingOids)
        {
            byte[] pkcs8 = Pkcs8Builder.Wrap(oid, Pkcs8Builder.SeedForm(content));
            Func<AnyKey>[] imports =
            [
                () => kind.FromSpki(Pkcs8Builder.Spki(oid, content)),
                () => kind.FromPkcs8(pkcs8),
                () => kind.FromEncrypted([1], Pkcs8Builder.Encrypt([1], pkcs8)),
            ];
            foreach (Func<AnyKey> import in imports)
                Assert.Contains(kind.Format.Name, Assert.Throws<NotSupportedException>(import).Message);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void PEM_without_exactly_one_key_is_an_ArgumentException(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        string encrypted = key.EncryptedPem("p", QuickEncryption);
        string[] texts =
        [
            "", "server.key", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
            "-----BEGIN PRIVATE KEY-----\nno base64!\n-----END PRIVATE KEY-----",
            key.Pkcs8Pem() + "\n" + key.SpkiPem(), key.SpkiPem() + "\n" + key.SpkiPem(),
            encrypted, key.SpkiPem() + "\n" + encrypted,
        ];
        foreach (string text in texts)
            Assert.Throws<ArgumentException>(() => kind.FromPem(text));
        foreach (string text in (string[])["", key.Pkcs8Pem(), encrypted + "\n" + encrypted])
        {
            Assert.Throws<ArgumentException>(() => kind.FromEncryptedPem(text, "p"));
            Assert.Throws<ArgumentException>(() => kind.FromEncryptedPem(text, [1]));
        }

        // A known label around the wrong thing is a damaged key.
        string mislabelled = PemEncoding.WriteString("PUBLIC KEY", key.Pkcs8());
        Assert.Throws<CryptographicException>(() => kind.FromPem(mislabelled));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_wrong_password_is_a_CryptographicException(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        foreach (PbeEncryptionAlgorithm algorithm in (PbeEncryptionAlgorithm[])
            [PbeEncryptionAlgorithm.Aes128Cbc, PbeEncryptionAlgorithm.TripleDes3KeyPkcs12])
        {
            byte[] encrypted = key.Encrypted("right", new PbeParameters(algorithm, HashAlgorithmName.SHA1, 1));

            // So many that some yield a valid padding by chance.
            for (int i = 0; i < 600; i++)
                Assert.Throws<CryptographicException>(() => kind.FromEncrypted($"wrong {i}", encrypted));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_choice_within_PBES2_is_read_or_refused(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        byte[] password = [1, 2, 3];
        byte[] plaintext = key.Pkcs8();
        byte[][] readable =
        [
            Pkcs8Builder.Encrypt(password, plaintext),
            Pkcs8Builder.Encrypt(password, plaintext, prf: null),
            Pkcs8Builder.Encrypt(password, plaintext, prf: "1.2.840.113549.2.10", keyLength: 32),
            Pkcs8Builder.Encrypt(password, plaintext, prf: "1.2.840.113549.2.11", saltSize: 0),
            Pkcs8Builder.Encrypt(password, plaintext, saltSize: 1024),
        ];
        foreach (byte[] encoded in readable)
        {
            using AnyKey copy = kind.FromEncrypted(password, encoded);
            Assert.Equal(key.ExpandedKey(), copy.ExpandedKey());
        }

        byte[][] unreadable =
        [
            Pkcs8Builder.Encrypt(password, plaintext, prf: "1.2.840.113549.2.5"),
            Pkcs8Builder.Encrypt(password, plaintext, keyLength: 16),
            Pkcs8Builder.Encrypt(password, plaintext, derivation: "1.3.6.1.4.1.11591.4.11"),
            Pkcs8Builder.Encrypt(password, plaintext, cipher: "2.16.840.1.101.3.4.1.46"),
            Pkcs8Builder.Encrypt(password, plaintext, ivSize: 12),
            Pkcs8Builder.Encrypt(password, plaintext, saltSize: 1025),
            Pkcs8Builder.Encrypt(password, plaintext, declaredIterations: 0),
            Pkcs8Builder.Encrypt(password, plaintext, declaredIterations: -1),
            Pkcs8Builder.Encrypt(password, plaintext, declaredIterations: EncryptedPrivateKeyInfo.MaxIterations + 1),
            Pkcs8Builder.Encrypt(password, plaintext, declaredIterations: int.MaxValue),
            Pkcs8Builder.Encrypt(password, plaintext, declaredIterations: 4),
            Pkcs8Builder.Encrypt(password, [.. plaintext, 0]),
            Pkcs8Builder.Encrypt(password, []),
        ];
        foreach (byte[] encoded in unreadable)
            Assert.Throws<CryptographicException>(() => kind.FromEncrypted(password, encoded));
    }

    private static IEnumerable<(Func<byte[], AnyKey> Import, byte[] Encoded)> Encodings(KeyKind kind)
    {
        using AnyKey key = kind.Generate();
        string oid = kind.Format.Oid;
        yield return (kind.FromSpki, key.Spki());
        yield return (kind.FromPkcs8, key.Pkcs8());
        yield return (kind.FromPkcs8, Pkcs8Builder.Wrap(oid, Pkcs8Builder.ExpandedForm(key.ExpandedKey())));
        yield return (kind.FromPkcs8, Pkcs8Builder.Wrap(oid, Pkcs8Builder.BothForm(key.Seed(), key.ExpandedKey())));
        yield return (source => kind.FromEncrypted("password", source), key.Encrypted("password", QuickEncryption));
    }

    private static void AssertDocumented(Func<AnyKey> import)
    {
        try
        {
            import().Dispose();
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException)
        {
            // Documented.
        }
    }
}

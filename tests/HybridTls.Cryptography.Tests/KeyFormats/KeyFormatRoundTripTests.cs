using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class KeyFormatRoundTripTests
{
    public static TheoryData<string> Kinds => [KeyKind.MLKem.Format.Name, KeyKind.MLDsa.Format.Name];

    public static TheoryData<string, PbeEncryptionAlgorithm, string> Encryptions
    {
        get
        {
            TheoryData<string, PbeEncryptionAlgorithm, string> data = [];
            foreach (string kind in (string[])[KeyKind.MLKem.Format.Name, KeyKind.MLDsa.Format.Name])
            {
                foreach (string hash in (string[])["SHA1", "SHA256", "SHA384", "SHA512"])
                {
                    data.Add(kind, PbeEncryptionAlgorithm.Aes128Cbc, hash);
                    data.Add(kind, PbeEncryptionAlgorithm.Aes192Cbc, hash);
                    data.Add(kind, PbeEncryptionAlgorithm.Aes256Cbc, hash);
                }

                data.Add(kind, PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, "SHA1");
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_generated_key_survives_every_unencrypted_format(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        foreach (AnyKey copy in (AnyKey[])[kind.FromSeed(key.Seed()), kind.FromPkcs8(key.Pkcs8()), kind.FromPem(key.Pkcs8Pem())])
            AssertSame(key, copy, hasSeed: true);

        using AnyKey expanded = kind.FromExpandedKey(key.ExpandedKey());
        AssertSame(key, kind.FromExpandedKey(expanded.ExpandedKey()), hasSeed: false);
        foreach (AnyKey copy in (AnyKey[])[kind.FromPkcs8(expanded.Pkcs8()), kind.FromPem(expanded.Pkcs8Pem())])
            AssertSame(key, copy, hasSeed: false);

        AnyKey[] publicKeys = [kind.FromPublicKey(key.PublicKey()), kind.FromSpki(key.Spki()), kind.FromPem(key.SpkiPem())];
        foreach (AnyKey copy in publicKeys)
        {
            Assert.Equal(key.PublicKey(), copy.PublicKey());
            Assert.Equal(key.Spki(), copy.Spki());
            Assert.Throws<CryptographicException>(copy.Seed);
            Assert.Throws<CryptographicException>(copy.ExpandedKey);
            Assert.Throws<CryptographicException>(copy.Pkcs8);
            copy.Dispose();
        }
    }

    [Theory, MemberData(nameof(Encryptions))]
    public void A_generated_key_survives_every_encryption(string name, PbeEncryptionAlgorithm algorithm, string hash)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        using AnyKey expanded = kind.FromExpandedKey(key.ExpandedKey());
        PbeParameters parameters = new(algorithm, new HashAlgorithmName(hash), iterationCount: 7);
        foreach (string password in (string[])["", "password", "pässwörd \U0001F511", new string('x', 200)])
        {
            AssertSame(key, kind.FromEncrypted(password, key.Encrypted(password, parameters)), hasSeed: true);
            AssertSame(key, kind.FromEncryptedPem(key.EncryptedPem(password, parameters), password), hasSeed: true);
            AssertSame(key, kind.FromEncrypted(password, expanded.Encrypted(password, parameters)), hasSeed: false);
            if (algorithm == PbeEncryptionAlgorithm.TripleDes3KeyPkcs12)
            {
                // PKCS#12's derivation takes characters only, and says so.
                byte[] encrypted = key.Encrypted(password, parameters);
                Assert.Throws<CryptographicException>(() => kind.FromEncrypted(Encoding.UTF8.GetBytes(password), encrypted));
                continue;
            }

            byte[] bytes = Encoding.UTF8.GetBytes(password);
            AssertSame(key, kind.FromEncrypted(bytes, key.Encrypted(password, parameters)), hasSeed: true);
            AssertSame(key, kind.FromEncrypted(bytes, key.Encrypted(bytes, parameters)), hasSeed: true);
            AssertSame(key, kind.FromEncryptedPem(key.EncryptedPem(bytes, parameters), bytes), hasSeed: true);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Exports_are_the_encodings_that_an_independent_writer_makes(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        using AnyKey expanded = kind.FromExpandedKey(key.ExpandedKey());
        Assert.Equal(Pkcs8Builder.Wrap(kind.Format.Oid, Pkcs8Builder.SeedForm(key.Seed())), key.Pkcs8());
        Assert.Equal(Pkcs8Builder.Wrap(kind.Format.Oid, Pkcs8Builder.ExpandedForm(key.ExpandedKey())), expanded.Pkcs8());
        Assert.Equal(Pkcs8Builder.Spki(kind.Format.Oid, key.PublicKey()), key.Spki());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_both_form_is_read_and_keeps_the_seed(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        byte[] both = Pkcs8Builder.BothForm(key.Seed(), key.ExpandedKey());
        AssertSame(key, kind.FromPkcs8(Pkcs8Builder.Wrap(kind.Format.Oid, both)), hasSeed: true);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Attributes_and_an_attached_public_key_are_read_past(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        byte[] seed = Pkcs8Builder.SeedForm(key.Seed());
        foreach (int version in (int[])[0, 1])
            AssertSame(key, kind.FromPkcs8(Pkcs8Builder.Wrap(kind.Format.Oid, seed, version, attributes: true)), hasSeed: true);
        foreach (bool attributes in (bool[])[false, true])
        {
            byte[] encoded = Pkcs8Builder.Wrap(kind.Format.Oid, seed, version: 1, attributes: attributes, publicKey: key.PublicKey());
            AssertSame(key, kind.FromPkcs8(encoded), hasSeed: true);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Private_keys_are_read_in_BER_and_public_keys_in_DER_only(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        AssertSame(key, kind.FromPkcs8(Indefinite(key.Pkcs8())), hasSeed: true);
        Assert.Throws<CryptographicException>(() => kind.FromSpki(Indefinite(key.Spki())));

        // A constructed OCTET STRING: the seed in two pieces.
        byte[] seed = key.Seed();
        AsnWriter pieces = new(AsnEncodingRules.BER);
        using (pieces.PushOctetString(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            pieces.WriteOctetString(seed.AsSpan(0, 5));
            pieces.WriteOctetString(seed.AsSpan(5));
        }

        // PushOctetString encapsulates; what is wanted is the constructed form of the same content.
        byte[] constructed = pieces.Encode();
        constructed[0] |= 0x20;
        AssertSame(key, kind.FromPkcs8(Pkcs8Builder.Wrap(kind.Format.Oid, constructed)), hasSeed: true);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_PEM_text_may_hold_other_blocks_and_words(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.Generate();
        string noise = "words\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        AssertSame(key, kind.FromPem(noise + key.Pkcs8Pem() + "\n" + noise), hasSeed: true);

        // Beside an encrypted key, unencrypted ones are none of the encrypted import's business.
        PbeParameters parameters = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2);
        string mixed = key.SpkiPem() + "\n" + noise + key.EncryptedPem("p", parameters);
        AssertSame(key, kind.FromEncryptedPem(mixed, "p"), hasSeed: true);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Exports_into_a_buffer_write_all_or_nothing(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey seedKey = kind.Generate();
        using AnyKey expanded = kind.FromExpandedKey(seedKey.ExpandedKey());
        foreach (AnyKey key in (AnyKey[])[seedKey, expanded])
        {
            byte[] encoded = key.Pkcs8();
            byte[] buffer = new byte[encoded.Length + 3];
            foreach (int length in (int[])[0, 1, encoded.Length / 2, encoded.Length - 1])
            {
                buffer.AsSpan().Fill(0xA5);
                Assert.False(key.TryPkcs8(buffer.AsSpan(0, length), out int none));
                Assert.Equal(0, none);
                Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)0xA5));
            }

            Assert.True(key.TryPkcs8(buffer, out int written));
            Assert.Equal(encoded, buffer[..written]);
        }
    }

    // The outermost SEQUENCE with an indefinite length.
    private static byte[] Indefinite(byte[] encoded)
    {
        AsnDecoder.ReadSequence(encoded, AsnEncodingRules.DER, out int offset, out int length, out _);
        return [0x30, 0x80, .. encoded.AsSpan(offset, length), 0, 0];
    }

    private static void AssertSame(AnyKey expected, AnyKey copy, bool hasSeed)
    {
        Assert.Equal(expected.ExpandedKey(), copy.ExpandedKey());
        Assert.Equal(expected.PublicKey(), copy.PublicKey());
        if (hasSeed)
            Assert.Equal(expected.Seed(), copy.Seed());
        else
            Assert.Throws<CryptographicException>(copy.Seed);
        copy.Dispose();
    }
}

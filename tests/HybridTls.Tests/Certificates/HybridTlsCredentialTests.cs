using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Certificates;

public class HybridTlsCredentialTests
{
    private static readonly byte[] Leaf = new TestCertificate { Issuer = "ca" }.Encode();
    private static readonly byte[] Authority = TestCertificate.Authority("ca", "root").Encode();
    private static readonly byte[] Root = TestCertificate.Root().Encode();
    private static readonly byte[] Content = [.. Enumerable.Range(0, 130).Select(static i => (byte)i)];
    private static readonly PbeParameters Pbe = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private static string KeyPem => TestKeys.Get("leaf").ExportPkcs8PrivateKeyPem();

    [Fact]
    public void A_chain_and_its_key_are_read_from_PEM()
    {
        using HybridTlsCredential credential = HybridTlsCredential.FromPem(Pem(Leaf, Authority), KeyPem);
        AssertSigns(credential);
        Assert.False(credential.IsRawPublicKey);
        Assert.False(credential.IsRemote);
        Assert.Equal([Leaf, Authority], credential.Certificates.Select(static certificate => certificate.ToArray()));
        Assert.Equal(TestCertificate.Now.AddDays(1), credential.NotAfter);
        Assert.Equal("\"CN=leaf\"", credential.ToString());
        Assert.Equal(MLDsaPublicKeyInfo.Encode(TestKeys.Get("leaf").ExportMLDsaPublicKey()), credential.SubjectPublicKeyInfo.ToArray());
    }

    [Fact]
    public void Entries_are_encoded_as_the_message_wants_them()
    {
        using HybridTlsCredential credential = HybridTlsCredential.FromPem(Pem(Leaf, Authority), KeyPem);
        ReadOnlySpan<byte> rest = credential.CertificateEntries.Span;
        foreach (byte[] expected in (byte[][])[Leaf, Authority])
        {
            int length = (rest[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            Assert.Equal(expected, rest.Slice(3, length).ToArray());
            Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(rest[(3 + length)..]));
            rest = rest[(5 + length)..];
        }

        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData("\n", false)]
    [InlineData("\r\n", false)]
    [InlineData("\n", true)]
    public void Files_are_read_whatever_their_line_ends_and_marks(string lineEnd, bool mark)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var encoding = new System.Text.UTF8Encoding(mark);
            string all = Path.Combine(folder, "all.pem");
            string certificates = Path.Combine(folder, "server.crt");
            string key = Path.Combine(folder, "server.key");
            string encrypted = Path.Combine(folder, "encrypted.key");
            File.WriteAllText(all, (KeyPem + "\n" + Pem(Leaf, Authority)).ReplaceLineEndings(lineEnd), encoding);
            File.WriteAllText(certificates, Pem(Leaf).ReplaceLineEndings(lineEnd), encoding);
            File.WriteAllText(key, KeyPem.ReplaceLineEndings(lineEnd), encoding);
            File.WriteAllText(encrypted, TestKeys.Get("leaf").ExportEncryptedPkcs8PrivateKeyPem("secret", Pbe).ReplaceLineEndings(lineEnd), encoding);

            using HybridTlsCredential first = HybridTlsCredential.FromPemFiles(all, all);
            using HybridTlsCredential second = HybridTlsCredential.FromPemFiles(certificates, key);
            using HybridTlsCredential third = HybridTlsCredential.FromPemFiles(certificates, encrypted, "secret");
            AssertSigns(first);
            AssertSigns(second);
            AssertSigns(third);
            Assert.Throws<FileNotFoundException>(() => HybridTlsCredential.FromPemFiles(Path.Combine(folder, "missing"), key));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_is_wrong_in_PEM_is_said()
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 rsaCertificate = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 ecCertificate = new CertificateRequest("CN=ec", ec, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        string leaf = Pem(Leaf);
        string encrypted = TestKeys.Get("leaf").ExportEncryptedPkcs8PrivateKeyPem("secret", Pbe);

        Refuses(rsaCertificate.ExportCertificatePem(), KeyPem, "is for RSA: HybridTls needs an ML-DSA-65");
        Refuses(ecCertificate.ExportCertificatePem(), KeyPem, "HybridTls needs an ML-DSA-65 certificate");
        Refuses(leaf, rsa.ExportPkcs8PrivateKeyPem(), "is for RSA: HybridTls needs an ML-DSA-65 key");
        Refuses(leaf, rsa.ExportRSAPrivateKeyPem(), "classical (RSA PRIVATE KEY)");
        Refuses(leaf, ec.ExportPkcs8PrivateKeyPem(), "an elliptic curve (ECDSA): HybridTls needs an ML-DSA-65 key");
        Refuses(leaf, ec.ExportECPrivateKeyPem(), "classical (EC PRIVATE KEY)");
        Refuses(leaf, TestKeys.Get("other").ExportPkcs8PrivateKeyPem(), "does not belong to the certificate \"CN=leaf\"");
        Refuses(Pem(Authority, Leaf), KeyPem, "out of order: certificate 2 (\"CN=leaf\") is not the issuer of certificate 1 (\"CN=ca\"");
        Refuses(Pem(Leaf, Root), KeyPem, "out of order");
        Refuses("", KeyPem, "no PEM block: expected -----BEGIN CERTIFICATE");
        Refuses(KeyPem, KeyPem, "no certificate, only: PRIVATE KEY");
        Refuses(leaf, leaf, "no private key, only: CERTIFICATE");
        Refuses(leaf, "nothing", "no PEM block: expected -----BEGIN PRIVATE KEY");
        Refuses(leaf, encrypted, "encrypted and no password was given");
        Refuses(leaf, encrypted, "the password is wrong", "other");
        Refuses(leaf, PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]), "unreadable");
        Refuses(PemEncoding.WriteString("CERTIFICATE", Leaf.AsSpan()[..^1]), KeyPem, "Certificate 1 cannot be used: A certificate is malformed");
        Refuses(Pem(new TestCertificate { Extensions = [TestExtension.KeyUsage(5)] }.Encode()), KeyPem, "lacks digitalSignature");
        Refuses(string.Concat(Enumerable.Repeat(Pem(new TestCertificate { Issuer = "leaf" }.Encode()), 9)), KeyPem, "no more than 8");
    }

    [Fact]
    public void PKCS12_is_read_in_whatever_order_its_certificates_stand()
    {
        foreach (bool shrouded in (bool[])[true, false])
        {
            byte[] file = Pkcs12("secret", shrouded, ["leaf"], Root, TestCertificate.Authority("stranger", "root").Encode(), Leaf, Authority);
            using HybridTlsCredential credential = HybridTlsCredential.FromPkcs12(file, "secret");
            AssertSigns(credential);
            Assert.Equal([Leaf, Authority, Root], credential.Certificates.Select(static certificate => certificate.ToArray()));
        }
    }

    [Fact]
    public void What_is_wrong_in_PKCS12_is_said()
    {
        byte[] good = Pkcs12("secret", true, ["leaf"], Leaf);
        Refuses(good, "other", "password of the PKCS#12 file is wrong");
        Refuses(good[..^1], "secret", "not a PKCS#12 file");
        Refuses([], "secret", "not a PKCS#12 file");
        Refuses(Pkcs12("secret", true, [], Leaf), "secret", "holds no private key");
        Refuses(Pkcs12("secret", true, ["leaf", "other"], Leaf), "secret", "more than one private key");
        Refuses(Pkcs12("secret", true, ["other"], Leaf), "secret", "does not belong to the certificate");
        Refuses(Pkcs12("secret", true, ["leaf"]), "secret", "no certificate");
        Refuses(new byte[5 * 1024 * 1024], "secret", "longer than the limit");
    }

    [Fact]
    public void A_key_that_was_read_does_not_outlive_the_refusal_of_its_file()
    {
        byte[] alone = Pkcs12("secret", true, ["leaf"], Leaf);
        byte[] two = Pkcs12("secret", true, ["leaf", "other"], Leaf);
        int zeroed = 0;
        HybridTls.Cryptography.SecretMemory.Zeroed = _ => zeroed++;
        try
        {
            HybridTlsCredential.FromPkcs12(alone, "secret").Dispose();
            int perKey = zeroed;
            Assert.True(perKey > 0);
            Refuses(two, "secret", "more than one private key");
            Assert.Equal(3 * perKey, zeroed);
        }
        finally
        {
            HybridTls.Cryptography.SecretMemory.Zeroed = null;
        }
    }

    [Fact]
    public void A_raw_public_key_needs_no_certificate()
    {
        using HybridTlsCredential credential = HybridTlsCredential.FromRawPublicKey(TestKeys.Create("leaf"));
        AssertSigns(credential);
        Assert.True(credential.IsRawPublicKey);
        Assert.Empty(credential.Certificates);
        Assert.Null(credential.NotAfter);
        Assert.Equal(1974 + 5, credential.CertificateEntries.Length);
        Assert.Equal(credential.SubjectPublicKeyInfo.ToArray(), credential.CertificateEntries[3..^2].ToArray());
        Assert.StartsWith("raw public key, SHA-256 ", credential.ToString(), StringComparison.Ordinal);
        using var other = FakeMLDsa.FromName("44", MLDsaAlgorithm.MLDsa44);
        Assert.Throws<CryptographicException>(() => HybridTlsCredential.FromRawPublicKey(other));
    }

    [Fact]
    public void The_key_is_disposed_with_the_credential_unless_left_open()
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(Leaf);
        ManagedMLDsa owned = TestKeys.Create("leaf");
        HybridTlsCredential.Create(leaf, owned).Dispose();
        Assert.Throws<ObjectDisposedException>(() => owned.SignData(Content));

        using ManagedMLDsa left = TestKeys.Create("leaf");
        HybridTlsCredential.Create(leaf, left, leaveOpen: true).Dispose();
        Assert.Equal(3309, left.SignData(Content).Length);

        ManagedMLDsa wrong = TestKeys.Create("other");
        Assert.Throws<CryptographicException>(() => HybridTlsCredential.Create(leaf, wrong));
        Assert.Throws<ObjectDisposedException>(() => wrong.SignData(Content));
        using ManagedMLDsa wrongButLeft = TestKeys.Create("other");
        Assert.Throws<CryptographicException>(() => HybridTlsCredential.Create(leaf, wrongButLeft, leaveOpen: true));
        Assert.Equal(3309, wrongButLeft.SignData(Content).Length);
    }

    [Fact]
    [Clause("HT-AUTH-10")]
    public async Task A_remote_signer_signs_and_is_checked()
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(Leaf);
        using HybridTlsCredential good = HybridTlsCredential.CreateRemote([leaf], Remote("leaf"));
        Assert.True(good.IsRemote);
        Assert.Throws<InvalidOperationException>(() => good.Sign(Content, new byte[3309]));
        Assert.True(TestKeys.Get("leaf").VerifyData(Content, await good.SignAsync(Content, TestContext.Current.CancellationToken)));

        using HybridTlsCredential raw = HybridTlsCredential.FromRemoteRawPublicKey(good.SubjectPublicKeyInfo.Span, Remote("leaf"));
        Assert.True(TestKeys.Get("leaf").VerifyData(Content, await raw.SignAsync(Content, TestContext.Current.CancellationToken)));
        Assert.Throws<CryptographicException>(() => HybridTlsCredential.FromRemoteRawPublicKey([0x30, 0x00], Remote("leaf")));

        foreach (var signer in (Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>>[])[
            Remote("other"),
            static (_, _) => ValueTask.FromResult(Array.Empty<byte>()),
            static (_, _) => ValueTask.FromResult<byte[]>(null!),
            static (_, _) => throw new TimeoutException("the vault is away")])
        {
            using HybridTlsCredential bad = HybridTlsCredential.CreateRemote([leaf], signer);
            var exception = await Assert.ThrowsAsync<HybridTlsException>(async () => await bad.SignAsync(Content, TestContext.Current.CancellationToken));
            Assert.Equal(TlsAlert.InternalError, exception.Alert);
            Assert.Contains("remote signer", exception.Message, StringComparison.Ordinal);
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using HybridTlsCredential slow = HybridTlsCredential.CreateRemote([leaf], static async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return [];
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await slow.SignAsync(Content, cancelled.Token));
    }

    private static Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> Remote(string key) => async (content, _) =>
    {
        await Task.Yield();
        return TestKeys.Get(key).SignData(content.ToArray());
    };

    private static void AssertSigns(HybridTlsCredential credential)
    {
        byte[] signature = new byte[3309];
        credential.Sign(Content, signature);
        Assert.True(TestKeys.Get("leaf").VerifyData(Content, signature));
    }

    private static void Refuses(string certificate, string key, string words, string? password = null)
    {
        var exception = Assert.Throws<CryptographicException>(() => HybridTlsCredential.FromPem(certificate, key, password).Dispose());
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    private static void Refuses(byte[] pkcs12, string password, string words)
    {
        var exception = Assert.Throws<CryptographicException>(() => HybridTlsCredential.FromPkcs12(pkcs12, password).Dispose());
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    private static string Pem(params byte[][] certificates) => string.Join('\n', certificates.Select(static der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n";

    private static byte[] Pkcs12(string password, bool shrouded, string[] keys, params byte[][] certificates)
    {
        var keyContents = new Pkcs12SafeContents();
        foreach (string name in keys)
        {
            MLDsa key = TestKeys.Get(name);
            keyContents.AddSafeBag(shrouded
                ? new Pkcs12ShroudedKeyBag(key.ExportEncryptedPkcs8PrivateKey(password, Pbe))
                : new Pkcs12KeyBag(key.ExportPkcs8PrivateKey()));
        }

        var certificateContents = new Pkcs12SafeContents();
        foreach (byte[] der in certificates)
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            certificateContents.AddCertificate(certificate);
        }

        var builder = new Pkcs12Builder();
        builder.AddSafeContentsUnencrypted(keyContents);
        builder.AddSafeContentsEncrypted(certificateContents, password, Pbe);
        builder.SealWithMac(password, HashAlgorithmName.SHA256, 1000);
        return builder.Encode();
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace HybridTls.Certificates;

/// <summary>Reads certificates and an ML-DSA-65 key from PKCS#12 (RFC 7292).</summary>
internal static class Pkcs12Reader
{
    // A credential is small; the limit keeps a wrong file from being read as one.
    private const int MaxSize = 4 * 1024 * 1024;

    /// <summary>Reads the one private key and all certificates, which may stand in any order.</summary>
    /// <exception cref="CryptographicException">The password is wrong, or there is no or more than one key.</exception>
    public static MLDsa Read(ReadOnlyMemory<byte> source, ReadOnlySpan<char> password, List<byte[]> certificates)
    {
        if (source.Length > MaxSize)
            throw new CryptographicException($"A PKCS#12 file of {source.Length} bytes is longer than the limit of {MaxSize}.");
        MLDsa? key = null;
        try
        {
            Pkcs12Info info = Decode(source, password);
            foreach (Pkcs12SafeContents contents in info.AuthenticatedSafe)
            {
                Decrypt(contents, password);
                ReadBags(contents, password, certificates, ref key);
            }

            return key ?? throw new CryptographicException("The PKCS#12 file holds no private key: export it with its key.");
        }
        catch (Exception)
        {
            key?.Dispose();
            throw;
        }
    }

    private static Pkcs12Info Decode(ReadOnlyMemory<byte> source, ReadOnlySpan<char> password)
    {
        Pkcs12Info info;
        try
        {
            info = Pkcs12Info.Decode(source, out int consumed);
            if (consumed != source.Length)
                throw new CryptographicException("Bytes follow after its end.");
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException("This is not a PKCS#12 file: " + exception.Message, exception);
        }

        if (info.IntegrityMode == Pkcs12IntegrityMode.Password && !info.VerifyMac(password))
            throw new CryptographicException("The password of the PKCS#12 file is wrong, or the file is damaged.");
        return info.IntegrityMode == Pkcs12IntegrityMode.PublicKey
            ? throw new CryptographicException("The PKCS#12 file is protected by a public key: export it with a password.")
            : info;
    }

    private static void Decrypt(Pkcs12SafeContents contents, ReadOnlySpan<char> password)
    {
        if (contents.ConfidentialityMode == Pkcs12ConfidentialityMode.PublicKey)
            throw new CryptographicException("The PKCS#12 file is encrypted to a public key: export it with a password.");
        if (contents.ConfidentialityMode == Pkcs12ConfidentialityMode.Password)
            contents.Decrypt(password);
    }

    // A key that was found is the caller's to dispose, also when what follows it fails.
    private static void ReadBags(Pkcs12SafeContents contents, ReadOnlySpan<char> password, List<byte[]> certificates, ref MLDsa? key)
    {
        foreach (Pkcs12SafeBag bag in contents.GetBags())
        {
            switch (bag)
            {
                case Pkcs12CertBag { IsX509Certificate: true } certificate:
                    using (X509Certificate2 loaded = certificate.GetCertificate())
                        certificates.Add(loaded.RawData);
                    break;
                case Pkcs12KeyBag plain:
                    key = Single(key, PrivateKeyReader.FromPkcs8(plain.Pkcs8PrivateKey.Span));
                    break;
                case Pkcs12ShroudedKeyBag shrouded:
                    key = Single(key, PrivateKeyReader.FromEncryptedPkcs8(password, shrouded.EncryptedPkcs8PrivateKey.Span));
                    break;
                case Pkcs12SafeContentsBag { SafeContents: { } nested }:
                    throw new CryptographicException($"The PKCS#12 file nests its contents ({nested.ConfidentialityMode}), which is not " +
                        "supported: export it anew.");
            }
        }
    }

    private static MLDsa Single(MLDsa? known, MLDsa found)
    {
        if (known is null)
            return found;
        found.Dispose();
        throw new CryptographicException("The PKCS#12 file holds more than one private key: export one credential alone.");
    }
}

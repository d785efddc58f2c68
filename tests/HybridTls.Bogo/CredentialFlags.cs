namespace HybridTls.Bogo;

/// <summary>The flags of one credential.</summary>
internal sealed class CredentialFlags
{
    /// <summary>Whether it is a raw public key.</summary>
    public bool IsRaw { get; init; }

    /// <summary>The PEM file of the chain.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The PEM file of the key.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Whether anything was given.</summary>
    public bool IsEmpty => CertificateFile is null && KeyFile is null;

    /// <summary>Loads the credential; the key must be ML-DSA-65.</summary>
    public HybridTlsCredential Load()
    {
        try
        {
            if (KeyFile is null || (CertificateFile is null && !IsRaw))
                throw new UnimplementedException("a credential without a key or a certificate");
            return IsRaw
                ? HybridTlsCredential.FromRawPublicKey(Certificates.PrivateKeyReader.FromPem(File.ReadAllText(KeyFile), default))
                : HybridTlsCredential.FromPemFiles(CertificateFile!, KeyFile);
        }
        catch (System.Security.Cryptography.CryptographicException exception)
        {
            throw new UnimplementedException(exception.Message);
        }
    }
}

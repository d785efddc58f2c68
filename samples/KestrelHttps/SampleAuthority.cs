using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace KestrelHttps;

/// <summary>
/// An authority of this machine's own. It is kept in a folder across starts, so that what trusts it once goes on trusting it; the
/// server's certificate is issued anew at every start.
/// </summary>
internal sealed class SampleAuthority : IDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly MLDsa _key;

    private SampleAuthority(CertificateAuthority authority, MLDsa key, string certificatePath)
    {
        _authority = authority;
        _key = key;
        CertificatePath = certificatePath;
    }

    /// <summary>The authority's certificate.</summary>
    public X509Certificate2 Certificate => _authority.Certificate;

    /// <summary>The PEM file of the certificate, which clients are given.</summary>
    public string CertificatePath { get; }

    /// <summary>Loads the authority from a folder, or creates it there.</summary>
    public static SampleAuthority LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        string certificatePath = Path.Combine(folder, "ca.crt");
        string keyPath = Path.Combine(folder, "ca.key");
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath));
            if (certificate.NotAfter > DateTime.Now.AddDays(1))
            {
                MLDsa kept = ManagedMLDsa.ImportFromPem(File.ReadAllText(keyPath));
                return new SampleAuthority(new CertificateAuthority(certificate, kept), kept, certificatePath);
            }
        }

        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        CertificateAuthority authority = CertificateAuthority.CreateRoot($"CN=HybridTls sample CA on {Environment.MachineName}", key, pathLength: 0);
        WritePrivate(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, authority.Certificate.ExportCertificatePem() + "\n");
        return new SampleAuthority(authority, key, certificatePath);
    }

    /// <summary>Issues a server's certificate for this machine's loopback; its key never leaves memory.</summary>
    public HybridTlsCredential IssueServer()
    {
        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = _authority.Issue(key, new CertificateProfile
        {
            Names = ["localhost", "127.0.0.1", "::1"],
            Purposes = CertificatePurposes.Server,
        });
        return HybridTlsCredential.Create(certificate, key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    /// <summary>Writes a file that only its owner may read: it never exists with other rights.</summary>
    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using StreamWriter writer = new(path, options);
        writer.WriteLine(text);
    }
}

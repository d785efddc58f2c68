using System.CommandLine;
using System.Security.Cryptography;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Connections;

/// <summary>Who this side is: a chain and its key, or a raw public key.</summary>
internal sealed class IdentityOptions
{
    private readonly Option<FileInfo?> _certificate = new("--cert")
    {
        Description = "Own certificate chain (PEM, leaf first).",
        HelpName = "FILE",
    };
    private readonly Option<FileInfo?> _key = new("--key") { Description = "Its private key.", HelpName = "FILE" };
    private readonly Option<bool> _raw = new("--raw-public-key")
    {
        Description = "Raw public keys (RFC 7250) instead of certificates, on both sides; --pin says whom to trust.",
    };

    private readonly PasswordOptions _password = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_raw);
        _password.AddTo(command);
    }

    /// <summary>Whether raw public keys are used.</summary>
    public bool IsRaw(ParseResult parsed) => parsed.GetValue(_raw);

    /// <summary>Loads the credential; null if none is named.</summary>
    public HybridTlsCredential? Read(ParseResult parsed, ToolConsole console)
    {
        FileInfo? certificate = parsed.GetValue(_certificate), key = parsed.GetValue(_key);
        if (IsRaw(parsed))
        {
            if (certificate is not null)
                throw new ToolException("--raw-public-key presents a key without a certificate: leave --cert away.");
            return key is null ? null : HybridTlsCredential.FromRawPublicKey(KeyFile.Read(key, _password.Read(parsed), console));
        }

        if (certificate is null && key is null)
            return null;
        if (certificate is null)
            throw new ToolException("--key is given without --cert: add its certificate, or --raw-public-key.");
        if (key is null)
            throw new ToolException("--cert is given without --key: add its private key.");
        string pem = InputFile.ReadText(certificate, "the certificate chain");
        MLDsa privateKey = KeyFile.Read(key, _password.Read(parsed), console);
        try
        {
            return HybridTlsCredential.Create(
                Certificates.PemReader.ReadCertificates(pem).Select(static der =>
                    System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(der)),
                privateKey);
        }
        catch (CryptographicException exception)
        {
            privateKey.Dispose();
            throw new ToolException($"{certificate} and {key}: {exception.Message}", exception);
        }
    }
}

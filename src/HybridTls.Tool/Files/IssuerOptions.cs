using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Issuing;

namespace HybridTls.Tool.Files;

/// <summary>Who issues: the authority's certificate and key.</summary>
internal sealed class IssuerOptions
{
    private readonly Option<FileInfo?> _certificate;
    private readonly Option<FileInfo?> _key = new("--ca-key") { Description = "The authority's private key.", HelpName = "FILE" };
    private readonly PasswordOptions _password = new("ca-");

    /// <summary>Creates the options.</summary>
    public IssuerOptions(string description, bool required = false)
    {
        _certificate = new Option<FileInfo?>("--ca") { Description = description, HelpName = "FILE", Required = required };
        _key.Required = required;
    }

    /// <summary>The certificates to send with what the authority issued: its own, unless it is a root, which peers have.</summary>
    public static IEnumerable<X509Certificate2> ChainOf(CertificateAuthority? authority) =>
        authority is null || authority.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(authority.Certificate.IssuerName.RawData)
            ? []
            : [authority.Certificate];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        _password.AddTo(command);
    }

    /// <summary>Loads the authority; null if none is named.</summary>
    public CertificateAuthority? Read(ParseResult parsed, ToolConsole console, out MLDsa? key)
    {
        key = null;
        if (parsed.GetValue(_certificate) is not { } certificateFile)
        {
            return parsed.GetValue(_key) is null
                ? null
                : throw new ToolException($"{_key.Name} is given without {_certificate.Name}: name the authority's certificate as well.");
        }

        FileInfo keyFile = parsed.GetValue(_key)
            ?? throw new ToolException($"{_certificate.Name} is given without {_key.Name}: name the authority's private key as well.");
        string pem = InputFile.ReadText(certificateFile, "the authority's certificate");
        key = KeyFile.Read(keyFile, _password.Read(parsed), console);
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(PemReader.ReadCertificates(pem)[0]);
            return new CertificateAuthority(certificate, key);
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            throw new ToolException($"{certificateFile} and {keyFile} are no authority: {exception.Message}", exception);
        }
    }
}

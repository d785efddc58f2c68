using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Issuing;

namespace HybridTls.Tool.Files;

/// <summary>What a server's or client's certificate says.</summary>
internal sealed class ProfileOptions
{
    private readonly Option<string[]> _names = new("--name", "-n")
    {
        Description = "A host name (\"*.\" in front allowed) or an IP address; may be repeated.",
        HelpName = "HOST",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _subject = new("--subject")
    {
        Description = "The subject, such as \"CN=orders\" (default: the first name).",
        HelpName = "NAME",
    };

    private readonly Option<string> _purpose = new("--purpose")
    {
        Description = "server, client or both.",
        DefaultValueFactory = _ => "both",
    };

    /// <summary>Creates the options.</summary>
    public ProfileOptions() => _purpose.AcceptOnlyFromAmong("server", "client", "both");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_names);
        command.Options.Add(_subject);
        command.Options.Add(_purpose);
    }

    /// <summary>Reads them; <see cref="Require"/> then checks that somebody is named.</summary>
    public CertificateProfile Read(ParseResult parsed, NewCertificateOptions files) => new()
    {
        Names = ReadNames(parsed),
        Subject = parsed.GetValue(_subject) is { } subject ? NewCertificateOptions.SubjectOf(subject) : null,
        Purposes = parsed.GetRequiredValue(_purpose) switch
        {
            "server" => CertificatePurposes.Server,
            "client" => CertificatePurposes.Client,
            _ => CertificatePurposes.Server | CertificatePurposes.Client,
        },
        Lifetime = files.ReadLifetime(parsed),
    };

    /// <summary>Refuses a certificate for nobody.</summary>
    public CertificateProfile Require(CertificateProfile profile)
    {
        if (profile.Names.Count == 0 && profile.Subject is null)
        {
            throw new ToolException(
                $"The certificate names nobody: add {_names.Name} HOST for a server, or {_subject.Name} CN=NAME for a client.");
        }

        return profile;
    }

    /// <summary>Refuses wrong names before a key is made for them.</summary>
    private string[] ReadNames(ParseResult parsed)
    {
        string[] names = parsed.GetValue(_names) ?? [];
        return Array.Find(names, static name => !CertificateTemplate.TryParseName(name, out _, out _)) is { } wrong
            ? throw new ToolException(
                $"{_names.Name} \"{wrong}\" is neither a host name nor an IP address: write a.example, *.a.example or 192.0.2.1.")
            : names;
    }
}

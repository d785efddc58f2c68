using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridTls.Issuing;

namespace HybridTls.Tool.Files;

/// <summary>Where a new certificate and its key go, and for how long it is valid.</summary>
internal sealed class NewCertificateOptions
{
    private const int MaxDays = 36525;

    private readonly Option<FileInfo> _out = new("--out", "-o")
    {
        Description = "The file to write (PEM).",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<FileInfo?> _key;
    private readonly Option<int>? _days;
    private readonly Option<bool> _force = new("--force") { Description = "Overwrite the file of --out; a key file is never overwritten." };
    private readonly PasswordOptions _password = new();
    private bool _keyCreated;

    /// <summary>Creates the options.</summary>
    /// <param name="defaultDays">The validity without --days; null where the authority chooses it.</param>
    /// <param name="keyRequired">Whether --key must be given.</param>
    public NewCertificateOptions(int? defaultDays, bool keyRequired = true)
    {
        _key = new Option<FileInfo?>("--key")
        {
            Description = "The private key; generated (mode 600) if the file does not exist.",
            HelpName = "FILE",
            Required = keyRequired,
        };
        if (defaultDays is { } days)
            _days = new Option<int>("--days") { Description = "How long it is valid.", HelpName = "N", DefaultValueFactory = _ => days };
    }

    /// <summary>The option --json.</summary>
    public Option<bool> Json { get; } = CommandActions.JsonOption();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_out);
        if (_days is not null)
            command.Options.Add(_days);
        command.Options.Add(_force);
        _password.AddTo(command);
        command.Options.Add(Json);
    }

    /// <summary>Refuses before anything is generated what could not be written.</summary>
    public void ThrowIfBlocked(ParseResult parsed)
    {
        FileInfo file = parsed.GetRequiredValue(_out);
        OutputFile.ThrowIfBlocked(file, parsed.GetValue(_force));
        if (parsed.GetValue(_key) is { } key && key.FullName == file.FullName)
            throw new ToolException($"{_out.Name} and {_key.Name} name the same file {file}: give each its own.");
    }

    /// <summary>Whether a key is named.</summary>
    public bool HasKey(ParseResult parsed) => parsed.GetValue(_key) is not null;

    /// <summary>The lifetime.</summary>
    public TimeSpan ReadLifetime(ParseResult parsed)
    {
        if (_days is null)
            return TimeSpan.FromDays(1);
        int days = parsed.GetValue(_days);
        return days is > 0 and <= MaxDays
            ? TimeSpan.FromDays(days)
            : throw new ToolException($"{_days.Name} is {days}: give 1 to {MaxDays}.");
    }

    /// <summary>The key, generated if its file does not exist.</summary>
    public MLDsa ReadKey(ParseResult parsed, ToolConsole console)
    {
        FileInfo file = parsed.GetValue(_key)
            ?? throw new ToolException($"It is not said whose certificate it is: add {_key.Name} FILE or --request FILE.");
        return KeyFile.ReadOrCreate(file, _password.Read(parsed), console, out _keyCreated);
    }

    /// <summary>A subject in the form of RFC 4514, or a bare common name.</summary>
    public static X500DistinguishedName SubjectOf(string text)
    {
        try
        {
            if (text.Contains('=', StringComparison.Ordinal))
                return new X500DistinguishedName(text);
            X500DistinguishedNameBuilder builder = new();
            builder.AddCommonName(text);
            return builder.Build();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ToolException($"--subject \"{text}\" is no distinguished name: write it as \"CN=Example, O=Company\".", exception);
        }
    }

    /// <summary>Writes a chain and tells what it is.</summary>
    public void Write(ParseResult parsed, ToolConsole console, IReadOnlyList<X509Certificate2> chain)
    {
        string pem = string.Concat(chain.Select(static certificate => certificate.ExportCertificatePem() + "\n"));
        OutputFile.Write(parsed.GetRequiredValue(_out), pem, parsed.GetValue(_force));
        List<byte[]> encoded = [.. chain.Select(static certificate => certificate.RawData)];
        JsonObject document = Describe(parsed, "certificateFile");
        document["certificates"] = new JsonArray([.. encoded.Select(static der => CertificateView.ToJson(der))]);
        Spectre.Console.Tree tree = CertificateView.ToTree(encoded, parsed.GetRequiredValue(_out).ToString());
        CertificateView.Show(console, parsed.GetValue(Json), document, tree, KeyNote(parsed));
    }

    /// <summary>Writes a request and tells what it is.</summary>
    public void WriteRequest(ParseResult parsed, ToolConsole console, CertificateSigningRequest request, char[] pem)
    {
        OutputFile.Write(parsed.GetRequiredValue(_out), [.. pem, '\n'], parsed.GetValue(_force));
        JsonObject document = Describe(parsed, "requestFile");
        document["request"] = CertificateView.ToJson(request);
        CertificateView.Show(console, parsed.GetValue(Json), document, CertificateView.ToTree(request), KeyNote(parsed));
    }

    private JsonObject Describe(ParseResult parsed, string outputName)
    {
        JsonObject document = new() { [outputName] = parsed.GetRequiredValue(_out).FullName };
        if (parsed.GetValue(_key) is { } key)
        {
            document["privateKeyFile"] = key.FullName;
            document["privateKeyCreated"] = _keyCreated;
        }

        return document;
    }

    private string? KeyNote(ParseResult parsed)
    {
        if (!_keyCreated)
            return null;
        string encrypted = _password.Read(parsed) is null ? "not encrypted" : "encrypted";
        return $"The private key is new: {parsed.GetValue(_key)} (mode 600, {encrypted}).";
    }
}

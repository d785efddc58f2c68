using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridTls.Certificates;
using HybridTls.Issuing;
using HybridTls.Tool.Files;

namespace HybridTls.Tool;

/// <summary><c>hybridtls cert</c>: authorities, certificates, requests.</summary>
internal static class CertificateCommands
{
    /// <summary>Builds the commands.</summary>
    public static Command Create(ToolConsole console) => new("cert", "Make and show ML-DSA-65 certificates.")
    {
        CreateAuthority(console), CreateIssue(console), CreateSelfSigned(console), CreateRequest(console), CreateShow(console),
    };

    private static Command CreateAuthority(ToolConsole console)
    {
        Option<string> subject = new("--subject")
        {
            Description = "The authority's name, such as \"CN=Example Root\"; without an equals sign it is the common name.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "CN=HybridTls CA",
        };
        NewCertificateOptions files = new(defaultDays: 3653);
        Option<int?> pathLength = new("--path-length")
        {
            Description = "How many authorities may stand below it (default: any number, none below another authority).",
            HelpName = "N",
        };
        IssuerOptions issuer = new("Let the authority of this certificate issue it; without it the new one is a root.");
        Command command = new("ca", "Make an authority: a root, or one below another.") { subject, pathLength };
        files.AddTo(command);
        issuer.AddTo(command);
        command.Run(console, files.Json, parsed =>
        {
            files.ThrowIfBlocked(parsed);
            string name = NewCertificateOptions.SubjectOf(parsed.GetRequiredValue(subject)).Name;
            TimeSpan lifetime = files.ReadLifetime(parsed);
            using CertificateAuthority? above = issuer.Read(parsed, console, out MLDsa? issuerKey);
            using MLDsa? toDispose = issuerKey;
            using MLDsa key = files.ReadKey(parsed, console);
            using CertificateAuthority authority = above is null
                ? CertificateAuthority.CreateRoot(name, key, lifetime, parsed.GetValue(pathLength))
                : above.IssueAuthority(name, key, lifetime, parsed.GetValue(pathLength) ?? 0);
            files.Write(parsed, console, [authority.Certificate, .. IssuerOptions.ChainOf(above)]);
        });
        return command;
    }

    private static Command CreateIssue(ToolConsole console)
    {
        NewCertificateOptions files = new(defaultDays: 90, keyRequired: false);
        ProfileOptions profile = new();
        IssuerOptions issuer = new("The authority's certificate.", required: true);
        Option<FileInfo?> request = new("--request")
        {
            Description = "Issue for the key of this request (.csr); its names are taken unless --name gives others.",
            HelpName = "FILE",
        };
        Command command = new("issue", "Let an authority issue a certificate for a server or a client.") { request };
        profile.AddTo(command);
        files.AddTo(command);
        issuer.AddTo(command);
        command.Run(console, files.Json, parsed =>
        {
            files.ThrowIfBlocked(parsed);
            using CertificateAuthority? authority = issuer.Read(parsed, console, out MLDsa? issuerKey);
            using MLDsa? toDispose = issuerKey;
            CertificateProfile contents = profile.Read(parsed, files);
            if (parsed.GetValue(request) is not { } requestFile)
            {
                contents = profile.Require(contents);
                using MLDsa key = files.ReadKey(parsed, console);
                using X509Certificate2 certificate = authority!.Issue(key, contents);
                files.Write(parsed, console, [certificate, .. IssuerOptions.ChainOf(authority)]);
                return;
            }

            if (files.HasKey(parsed))
                throw new ToolException("Both --key and --request say whose certificate it is: leave one away.");
            CertificateSigningRequest asked = LoadRequest(InputFile.ReadText(requestFile, "the certificate request"), requestFile);
            contents = profile.Require(contents with
            {
                Names = contents.Names.Count > 0 ? contents.Names : asked.Names,
                Subject = contents.Subject ?? (asked.Subject.RawData.Length > 2 ? asked.Subject : null),
            });
            using X509Certificate2 issued = authority!.Issue(asked, contents);
            files.Write(parsed, console, [issued, .. IssuerOptions.ChainOf(authority)]);
        });
        return command;
    }

    private static Command CreateSelfSigned(ToolConsole console)
    {
        NewCertificateOptions files = new(defaultDays: 90);
        ProfileOptions profile = new();
        Command command = new("self-signed", "Make a certificate that its own key signs; peers name it with --ca.");
        profile.AddTo(command);
        files.AddTo(command);
        command.Run(console, files.Json, parsed =>
        {
            files.ThrowIfBlocked(parsed);
            CertificateProfile contents = profile.Require(profile.Read(parsed, files));
            using MLDsa key = files.ReadKey(parsed, console);
            using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, contents);
            files.Write(parsed, console, [certificate]);
        });
        return command;
    }

    private static Command CreateRequest(ToolConsole console)
    {
        NewCertificateOptions files = new(defaultDays: null);
        ProfileOptions profile = new();
        Command command = new("request", "Make a certificate signing request (PKCS#10) for an authority.");
        profile.AddTo(command);
        files.AddTo(command);
        command.Run(console, files.Json, parsed =>
        {
            files.ThrowIfBlocked(parsed);
            CertificateProfile contents = profile.Require(profile.Read(parsed, files));
            using MLDsa key = files.ReadKey(parsed, console);
            byte[] request = CertificateFactory.CreateSigningRequest(key, contents);
            files.WriteRequest(parsed, console, CertificateSigningRequest.Load(request), PemEncoding.Write("CERTIFICATE REQUEST", request));
        });
        return command;
    }

    private static Command CreateShow(ToolConsole console)
    {
        Argument<FileInfo> file = new("FILE") { Description = "Certificates or a certificate request, in PEM or DER." };
        Option<bool> json = CommandActions.JsonOption();
        Command command = new("show", "Show the certificates or the request in a file.") { file, json };
        command.Run(console, json, parsed =>
        {
            FileInfo path = parsed.GetRequiredValue(file);
            byte[] bytes = InputFile.ReadBytes(path, "certificates");
            string text = System.Text.Encoding.UTF8.GetString(bytes);
            JsonObject document = new() { ["file"] = path.FullName };
            if (text.Contains("-----BEGIN CERTIFICATE REQUEST-----", StringComparison.Ordinal))
            {
                CertificateSigningRequest request = LoadRequest(text, path);
                document["request"] = CertificateView.ToJson(request);
                CertificateView.Show(console, parsed.GetValue(json), document, CertificateView.ToTree(request));
                return;
            }

            List<byte[]> encoded = ReadCertificates(bytes, text, path);
            document["certificates"] = new JsonArray([.. encoded.Select(static der => CertificateView.ToJson(der))]);
            CertificateView.Show(console, parsed.GetValue(json), document, CertificateView.ToTree(encoded, path.Name));
        });
        return command;
    }

    private static List<byte[]> ReadCertificates(byte[] bytes, string text, FileInfo file)
    {
        try
        {
            if (text.Contains("-----BEGIN ", StringComparison.Ordinal))
                return PemReader.ReadCertificates(text);
            ParsedCertificate.Parse(bytes);
            return [bytes];
        }
        catch (Exception exception) when (exception is CryptographicException or HybridTlsException)
        {
            throw new ToolException($"{file} holds no certificate in PEM or DER: {exception.Message}", exception);
        }
    }

    private static CertificateSigningRequest LoadRequest(string pem, FileInfo file)
    {
        try
        {
            return CertificateSigningRequest.LoadPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new ToolException($"{file}: {exception.Message}", exception);
        }
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.Tool.Files;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary><c>hybridtls key</c>: makes ML-DSA-65 keys and tells the hash by which peers pin them.</summary>
internal static class KeyCommands
{
    /// <summary>Builds the commands.</summary>
    public static Command Create(ToolConsole console) =>
        new("key", "Make and show ML-DSA-65 keys.") { CreateNew(console), CreateShow(console) };

    private static Command CreateNew(ToolConsole console)
    {
        Argument<FileInfo> file = new("FILE") { Description = "The private key to write (PKCS#8 in PEM, mode 600)." };
        Option<FileInfo?> publicFile = new("--public")
        {
            Description = "Also write the public key (SubjectPublicKeyInfo in PEM).",
            HelpName = "FILE",
        };
        Option<bool> encrypt = new("--encrypt") { Description = "Encrypt the private key; asks for a password unless one is given." };
        Option<bool> force = new("--force") { Description = "Overwrite files that exist." };
        Option<bool> json = CommandActions.JsonOption();
        PasswordOptions password = new();
        Command command = new("new", "Generate a private key.") { file, publicFile, encrypt, force, json };
        password.AddTo(command);
        command.Run(console, json, parsed =>
        {
            FileInfo path = parsed.GetRequiredValue(file);
            OutputFile.ThrowIfBlocked(path, parsed.GetValue(force));
            if (parsed.GetValue(publicFile) is { } other)
                OutputFile.ThrowIfBlocked(other, parsed.GetValue(force));
            string? secret = parsed.GetValue(encrypt) ? password.ReadNew(parsed, console) : password.Read(parsed);
            using MLDsa key = KeyFile.Generate();
            KeyFile.Write(path, key, secret, parsed.GetValue(force));
            if (parsed.GetValue(publicFile) is { } publicPath)
                OutputFile.Write(publicPath, key.ExportSubjectPublicKeyInfoPem() + "\n", parsed.GetValue(force));
            Show(console, parsed.GetValue(json), key.ExportSubjectPublicKeyInfo(), path, parsed.GetValue(publicFile), secret is not null);
        });
        return command;
    }

    private static Command CreateShow(ToolConsole console)
    {
        Argument<FileInfo> file = new("FILE") { Description = "A private or public key in PEM." };
        Option<bool> json = CommandActions.JsonOption();
        PasswordOptions password = new();
        Command command = new("show", "Show the hash of a key's public part, which peers pin.") { file, json };
        password.AddTo(command);
        command.Run(console, json, parsed =>
        {
            FileInfo path = parsed.GetRequiredValue(file);
            string pem = InputFile.ReadText(path, "a key");
            bool isPublic = pem.Contains("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal);
            using MLDsa key = isPublic ? ReadPublic(pem, path) : KeyFile.Read(path, password.Read(parsed), console);
            bool encrypted = pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
            Show(console, parsed.GetValue(json), key.ExportSubjectPublicKeyInfo(), isPublic ? null : path, isPublic ? path : null,
                encrypted);
        });
        return command;
    }

    private static ManagedMLDsa ReadPublic(string pem, FileInfo file)
    {
        byte[] encoded = PemReader.FindPublicKey(pem) ?? throw new ToolException($"{file}: the block -----BEGIN PUBLIC KEY----- is not whole.");
        return MLDsaPublicKeyInfo.IsMLDsa65(encoded)
            ? ManagedMLDsa.ImportSubjectPublicKeyInfo(encoded)
            : throw new ToolException($"{file}: {MLDsaPublicKeyInfo.Describe(encoded, "The public key")}");
    }

    private static void Show(
        ToolConsole console, bool json, byte[] publicKey, FileInfo? privateFile, FileInfo? publicFile, bool encrypted)
    {
        string pin = KeyFile.PinOf(publicKey);
        if (json)
        {
            JsonObject document = new() { ["algorithm"] = "ML-DSA-65", ["spkiSha256"] = pin };
            if (privateFile is not null)
            {
                document["privateKeyFile"] = privateFile.FullName;
                document["encrypted"] = encrypted;
            }

            if (publicFile is not null)
                document["publicKeyFile"] = publicFile.FullName;
            CommandActions.WriteJson(console, document);
            return;
        }

        Grid grid = Layout.FactGrid();
        grid.Fact("algorithm", "ML-DSA-65 (FIPS 204)");
        if (privateFile is not null)
            grid.Fact("private key", privateFile + (encrypted ? ", encrypted" : ", not encrypted"));
        if (publicFile is not null)
            grid.Fact("public key", publicFile.ToString());
        grid.Fact("pin", pin);
        console.Screen.Write(grid);
        console.Screen.Write(new Text("Peers trust the key by this pin, the SHA-256 hash of its SubjectPublicKeyInfo.\n", Layout.Dim));
    }
}

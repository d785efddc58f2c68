using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Tool.Files;

/// <summary>ML-DSA-65 keys in PEM files.</summary>
internal static class KeyFile
{
    private const string EncryptedLabel = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

    /// <summary>PBES2 with AES-256-CBC; as many rounds as OWASP asks of PBKDF2 with SHA-256.</summary>
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000);

    /// <summary>Generates a key.</summary>
    public static MLDsa Generate() => ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    /// <summary>Writes a private key as PKCS#8 in PEM, the seed form of RFC 9881, with mode 600.</summary>
    public static void Write(FileInfo file, MLDsa key, string? password, bool force)
    {
        string pem = password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption);
        char[] lines = [.. pem, '\n'];
        try
        {
            OutputFile.Write(file, lines, force, secret: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(lines.AsSpan()));
        }
    }

    /// <summary>Reads a private key; asks for the password of an encrypted one where none was given.</summary>
    public static MLDsa Read(FileInfo file, string? password, ToolConsole console)
    {
        string pem = InputFile.ReadText(file, "the private key");
        if (password is null && pem.Contains(EncryptedLabel, StringComparison.Ordinal))
        {
            password = console.AskSecret($"Password of {file.Name}:")
                ?? throw new ToolException($"{file} is encrypted and no password was given: add --password-file FILE.");
        }

        try
        {
            return PrivateKeyReader.FromPem(pem, password);
        }
        catch (CryptographicException exception)
        {
            throw new ToolException($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a private key, or generates it where the file does not exist yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="password">Decrypts the existing key, or encrypts the new one.</param>
    /// <param name="console">Asks for a missing password.</param>
    /// <param name="created">Whether the key is new.</param>
    public static MLDsa ReadOrCreate(FileInfo file, string? password, ToolConsole console, out bool created)
    {
        created = !file.Exists;
        if (!created)
            return Read(file, password, console);
        OutputFile.ThrowIfBlocked(file, force: false);
        MLDsa key = Generate();
        Write(file, key, password, force: false);
        return key;
    }

    /// <summary>The hash by which a peer pins the key: SHA-256 of its SubjectPublicKeyInfo, in hexadecimal.</summary>
    public static string PinOf(ReadOnlySpan<byte> subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace HybridTls.AspNetCore;

/// <summary>A server's options as the configuration and the files it names say at one moment.</summary>
internal sealed class ConfiguredServer
{
    private const string CertificatePath = "CertificatePath";
    private const string KeyPath = "KeyPath";
    private const string Password = "Password";
    private const string TrustAnchorsPath = "TrustAnchorsPath";
    private const string PinnedPublicKeyHashes = "PinnedPublicKeyHashes";
    private const string ApplicationProtocols = "ApplicationProtocols";

    private static readonly string[] FileKeys = [CertificatePath, KeyPath, TrustAnchorsPath];

    private ConfiguredServer(HybridTlsServerOptions options) => Options = options;

    public HybridTlsServerOptions Options { get; }

    /// <summary>Reads the section and loads the files.</summary>
    /// <param name="section">The section.</param>
    /// <param name="root">Where relative paths start.</param>
    /// <exception cref="InvalidOperationException">Something cannot work; the message names the key.</exception>
    public static ConfiguredServer Load(IConfigurationSection section, string root)
    {
        ConfigurationReader reader = new(section);
        HybridTlsServerOptions options = new();
        options.ClientCertificateMode = reader.GetEnum<ClientCertificateMode>(nameof(options.ClientCertificateMode)) ?? default;
        options.SendCertificateAuthorities = reader.GetBool(nameof(options.SendCertificateAuthorities)) ?? false;
        options.AcceptRawPublicKeys = reader.GetBool(nameof(options.AcceptRawPublicKeys)) ?? false;
        options.CertificateCompression = reader.GetEnum<CertificateCompression>(nameof(options.CertificateCompression)) ?? default;
        options.RecordSizeLimit = reader.GetInt(nameof(options.RecordSizeLimit), 64);
        options.MaxCertificateMessageSize =
            reader.GetInt(nameof(options.MaxCertificateMessageSize), 2048) ?? options.MaxCertificateMessageSize;
        options.AllowTlsResume = reader.GetBool(nameof(options.AllowTlsResume)) ?? options.AllowTlsResume;
        options.TicketCount = reader.GetInt(nameof(options.TicketCount), 0) ?? options.TicketCount;
        options.TicketLifetime = reader.GetTime(nameof(options.TicketLifetime)) ?? options.TicketLifetime;
        options.KeyUpdateAfterRecords = reader.GetLong(nameof(options.KeyUpdateAfterRecords), 1);
        options.KeyUpdateAfterBytes = reader.GetLong(nameof(options.KeyUpdateAfterBytes), 1);
        options.KeyUpdateAfter = reader.GetTime(nameof(options.KeyUpdateAfter));
        options.HandshakeTimeout = reader.GetTime(nameof(options.HandshakeTimeout)) ?? options.HandshakeTimeout;
        if (reader.GetCipherSuites(nameof(options.CipherSuites)) is { } suites)
            options.CipherSuites = [.. suites];
        if (reader.GetList(ApplicationProtocols) is { } protocols)
            options.ApplicationProtocols = [.. protocols.Select(static name => new SslApplicationProtocol(name))];
        options.PeerValidation = ReadPeerValidation(reader, root);
        options.Credential = ReadCredential(reader, root);
        try
        {
            ReadMiddlewareOptions(reader);
            reader.ThrowIfUnknown();
            options.Validate();
            return new ConfiguredServer(options);
        }
        catch (InvalidOperationException exception)
        {
            options.Credential.Dispose();
            if (exception.Message.StartsWith(section.Path, StringComparison.Ordinal))
                throw;
            throw new InvalidOperationException($"{section.Path}:{exception.Message}", exception);
        }
    }

    /// <summary>Reads what the section says about the middleware.</summary>
    public static HybridTlsMiddlewareOptions ReadMiddlewareOptions(IConfigurationSection section) =>
        ReadMiddlewareOptions(new ConfigurationReader(section));

    /// <summary>
    /// A hash of all that <see cref="Load"/> would read. Files that cannot be read hash as such: they are not the files of before.
    /// </summary>
    public static byte[] Fingerprint(IConfigurationSection section, string root)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string? value) in section.AsEnumerable().OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length}:{key}{value?.Length ?? -1}:{value}"));
        }

        foreach (string key in FileKeys)
        {
            if (section[key] is { Length: > 0 } path)
                AppendFile(hash, Path.GetFullPath(path, root));
        }

        return hash.GetHashAndReset();
    }

    private static HybridTlsMiddlewareOptions ReadMiddlewareOptions(ConfigurationReader reader)
    {
        HybridTlsMiddlewareOptions options = new();
        options.MaxConcurrentHandshakes = reader.GetInt(nameof(options.MaxConcurrentHandshakes), 1) ?? options.MaxConcurrentHandshakes;
        options.MaxHalfOpenHandshakes = reader.GetInt(nameof(options.MaxHalfOpenHandshakes), 1) ?? options.MaxHalfOpenHandshakes;
        options.MaxHalfOpenHandshakesPerAddress =
            reader.GetInt(nameof(options.MaxHalfOpenHandshakesPerAddress), 1) ?? options.MaxHalfOpenHandshakesPerAddress;
        options.MaxQueuedHandshakes = reader.GetInt(nameof(options.MaxQueuedHandshakes), 0) ?? options.MaxQueuedHandshakes;
        options.ReloadInterval = reader.GetTime(nameof(options.ReloadInterval)) ?? options.ReloadInterval;
        return options;
    }

    private static HybridTlsCredential ReadCredential(ConfigurationReader reader, string root)
    {
        string certificate = reader.GetPath(CertificatePath, root)
            ?? throw reader.Bad(CertificatePath, "is not set: name the PEM file of the server's certificate chain, or a .p12 or .pfx file");
        string? key = reader.GetPath(KeyPath, root);
        string? password = reader.GetText(Password);
        string failing = CertificatePath;
        try
        {
            ThrowIfMissing(certificate);
            if (Path.GetExtension(certificate).ToUpperInvariant() is ".P12" or ".PFX")
                return HybridTlsCredential.FromPkcs12File(certificate, password);
            failing = key is null ? CertificatePath : KeyPath;
            ThrowIfMissing(key ?? certificate);
            failing = key is null ? CertificatePath : $"{CertificatePath} and {KeyPath}";
            return HybridTlsCredential.FromPemFiles(certificate, key ?? certificate, password);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw reader.Bad(failing, "cannot be used. " + exception.Message, exception);
        }
    }

    private static PeerValidation? ReadPeerValidation(ConfigurationReader reader, string root)
    {
        PeerValidation? validation = null;
        if (reader.GetPath(TrustAnchorsPath, root) is { } path)
        {
            try
            {
                validation = PeerValidation.TrustAnchorsFromPemFile(path);
            }
            catch (Exception exception) when (
                exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw reader.Bad(TrustAnchorsPath, "cannot be used. " + exception.Message, exception);
            }
        }

        if (reader.GetList(PinnedPublicKeyHashes) is not { } texts)
            return validation;
        ReadOnlyMemory<byte>[] hashes = [.. texts.Select(text => ParseHash(reader, text))];
        return validation is null ? PeerValidation.PinnedPublicKeyHashes(hashes) : validation.AndPinnedPublicKeyHashes(hashes);
    }

    private static ReadOnlyMemory<byte> ParseHash(ConfigurationReader reader, string text)
    {
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        bool isHex = text.Length == 2 * hash.Length
            && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHex
            ? hash
            : throw reader.Bad(
                PinnedPublicKeyHashes, $"holds \"{text}\", which is no SHA-256 hash of a public key in hexadecimal (64 digits)");
    }

    private static void ThrowIfMissing(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
    }

    private static void AppendFile(IncrementalHash hash, string path)
    {
        byte[] contents = [];
        try
        {
            contents = File.ReadAllBytes(path);
            hash.AppendData(BitConverter.GetBytes(contents.Length));
            hash.AppendData(contents);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            hash.AppendData(BitConverter.GetBytes(-1));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contents);
        }
    }
}

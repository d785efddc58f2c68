using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Connections;
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

    private const string RawPublicKey = "RawPublicKey";
    private const string Sni = "Sni";
    private const string Fallback = "Fallback";

    private static readonly string[] CredentialKeys = [CertificatePath, KeyPath, Password, RawPublicKey];
    private static readonly string[] FileKeys = [CertificatePath, KeyPath, TrustAnchorsPath];

    private readonly Dictionary<string, HybridTlsServerOptions> _byName;

    private ConfiguredServer(HybridTlsServerOptions? unnamed, Dictionary<string, HybridTlsServerOptions> byName)
    {
        Unnamed = unnamed;
        _byName = byName;
    }

    /// <summary>The options where no entry of <c>Sni</c> has the name that the client asks for; null refuses it.</summary>
    public HybridTlsServerOptions? Unnamed { get; }

    /// <summary>Any of the options.</summary>
    public HybridTlsServerOptions Any => Unnamed ?? _byName.Values.First();

    /// <summary>All credentials.</summary>
    public IEnumerable<HybridTlsCredential> Credentials =>
        (Unnamed is null ? _byName.Values : _byName.Values.Prepend(Unnamed)).Select(static options => options.Credential!);

    /// <summary>Reads the section and loads the files.</summary>
    /// <param name="section">The section.</param>
    /// <param name="root">Where relative paths start.</param>
    /// <param name="configure">Sets what the section cannot say, on each of the options.</param>
    /// <exception cref="InvalidOperationException">Something cannot work; the message names the key.</exception>
    public static ConfiguredServer Load(IConfigurationSection section, string root, Action<HybridTlsEndpointOptions>? configure = null)
    {
        Dictionary<string, HybridTlsServerOptions> byName = new(StringComparer.OrdinalIgnoreCase);
        HybridTlsServerOptions? unnamed = null;
        try
        {
            // The section itself comes first, so that a fault in it is not said to be one of an entry that takes it over.
            IConfigurationSection[] entries = [.. section.GetSection(Sni).GetChildren()];
            unnamed = LoadOptions(section, null, root, configure, mayLackCredential: entries.Length > 0);
            foreach (IConfigurationSection entry in entries)
            {
                if (!IsServerName(entry.Key))
                    throw new InvalidOperationException($"{entry.Path}: \"{entry.Key}\" is no host name, nor one with * for its first label, nor *.");
                byName.Add(entry.Key, LoadOptions(entry, section, root, configure, mayLackCredential: false)!);
            }

            return new ConfiguredServer(unnamed, byName);
        }
        catch
        {
            unnamed?.Credential!.Dispose();
            foreach (HybridTlsServerOptions options in byName.Values)
                options.Credential!.Dispose();
            throw;
        }
    }

    /// <summary>The options for a client that asks for <paramref name="serverName"/>: the exact name, the wildcard of its first label, or the rest.</summary>
    public HybridTlsServerOptions? Select(string? serverName)
    {
        if (_byName.Count == 0)
            return Unnamed;
        if (serverName is not null)
        {
            if (_byName.TryGetValue(serverName, out HybridTlsServerOptions? exact))
                return exact;
            int dot = serverName.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && _byName.TryGetValue("*" + serverName[dot..], out HybridTlsServerOptions? wildcard))
                return wildcard;
        }

        return _byName.TryGetValue("*", out HybridTlsServerOptions? any) ? any : Unnamed;
    }

    /// <summary>The same, with what the endpoint says.</summary>
    public ConfiguredServer Apply(EndpointDefaults defaults) => new(
        Unnamed is null ? null : defaults.Apply(Unnamed),
        _byName.ToDictionary(static entry => entry.Key, entry => defaults.Apply(entry.Value), StringComparer.OrdinalIgnoreCase));

    private static bool IsServerName(string name) =>
        name == "*" || Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Dns;

    /// <summary>The options of the section, or of an entry of its <c>Sni</c>; null if a section that may lack a credential does.</summary>
    private static HybridTlsEndpointOptions? LoadOptions(
        IConfigurationSection section, IConfigurationSection? parent, string root, Action<HybridTlsEndpointOptions>? configure, bool mayLackCredential)
    {
        ConfigurationReader reader = new(section, parent);
        HybridTlsEndpointOptions options = new();
        options.ClientCertificateMode = reader.GetEnum<ClientAuthenticationMode>(nameof(options.ClientCertificateMode)) ?? default;
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
        if (parent is null)
        {
            reader.Skip(Sni);
            reader.Skip(Fallback);
            ReadEndpoint(reader, options);
        }
        else if (reader.GetOwnText(nameof(options.HandshakeTimeout)) is not null)
        {
            throw reader.Bad(nameof(options.HandshakeTimeout), "is the endpoint's, since it runs before the name is known: set it in the section around");
        }

        if (mayLackCredential && CredentialKeys.All(key => reader.GetOwnText(key) is null))
        {
            reader.ThrowIfUnknown();
            return null;
        }

        HybridTlsCredential credential = ReadCredential(reader, root);
        try
        {
            reader.ThrowIfUnknown();
            options.Credential = credential;
            Configure(options, configure);
            options.Validate();
            return options;
        }
        catch (InvalidOperationException exception)
        {
            credential.Dispose();
            if (exception.Message.StartsWith(section.Path, StringComparison.Ordinal))
                throw;
            throw new InvalidOperationException($"{section.Path}:{exception.Message}", exception);
        }
    }

    /// <summary>Whether clients that HybridTls cannot serve are to get Kestrel's own TLS (<c>Https</c>); read once, at the start.</summary>
    /// <exception cref="InvalidOperationException">The key says something else.</exception>
    public static bool FallsBackToHttps(IConfigurationSection section)
    {
        ConfigurationReader reader = new(section);
        return reader.GetText(Fallback) switch
        {
            null => false,
            { } text when text.Equals("Https", StringComparison.OrdinalIgnoreCase) => true,
            { } text => throw reader.Bad(Fallback, $"is \"{text}\"; it must be Https, or not be there"),
        };
    }

    /// <summary>Reads what the section says of the cost of handshakes and of reloading; the endpoint's, whatever name a client asks for.</summary>
    public static HybridTlsEndpointOptions ReadEndpoint(IConfigurationSection section, Action<HybridTlsEndpointOptions>? configure = null)
    {
        HybridTlsEndpointOptions options = new();
        ReadEndpoint(new ConfigurationReader(section), options);
        configure?.Invoke(options);
        return options;
    }

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

        foreach (IConfigurationSection part in section.GetSection(Sni).GetChildren().Prepend(section))
        {
            foreach (string key in FileKeys)
            {
                if (part[key] is { Length: > 0 } path)
                    AppendFile(hash, Path.GetFullPath(path, root));
            }
        }

        return hash.GetHashAndReset();
    }

    private static void Configure(HybridTlsEndpointOptions options, Action<HybridTlsEndpointOptions>? configure)
    {
        HybridTlsCredential? credential = options.Credential;
        configure?.Invoke(options);
        if (!ReferenceEquals(options.Credential, credential) || options.OnConnection is not null || options.SelectOptions is not null)
        {
            throw new InvalidOperationException(
                "The configuration names the credential and chooses by its Sni: use the UseHybridTls without a section to set Credential, OnConnection or SelectOptions.");
        }
    }

    private static void ReadEndpoint(ConfigurationReader reader, HybridTlsEndpointOptions options)
    {
        options.MaxConcurrentHandshakes = reader.GetInt(nameof(options.MaxConcurrentHandshakes), 1) ?? options.MaxConcurrentHandshakes;
        options.MaxHalfOpenHandshakes = reader.GetInt(nameof(options.MaxHalfOpenHandshakes), 1) ?? options.MaxHalfOpenHandshakes;
        options.MaxHalfOpenHandshakesPerAddress =
            reader.GetInt(nameof(options.MaxHalfOpenHandshakesPerAddress), 1) ?? options.MaxHalfOpenHandshakesPerAddress;
        options.MaxQueuedHandshakes = reader.GetInt(nameof(options.MaxQueuedHandshakes), 0) ?? options.MaxQueuedHandshakes;
        options.ReloadInterval = reader.GetTime(nameof(options.ReloadInterval)) ?? options.ReloadInterval;
    }

    private static HybridTlsCredential ReadCredential(ConfigurationReader reader, string root)
    {
        string? certificate = reader.GetOwnPath(CertificatePath, root);
        string? key = reader.GetOwnPath(KeyPath, root);
        string? password = reader.GetOwnText(Password);
        bool raw = reader.GetOwnText(RawPublicKey) is not null && (reader.GetBool(RawPublicKey) ?? false);
        if (raw && (certificate is not null || key is null))
            throw reader.Bad(RawPublicKey, $"is true: name the key by {KeyPath}, and no {CertificatePath}");
        if (!raw && certificate is null)
        {
            throw reader.Bad(CertificatePath, "is not set: name the PEM file of the server's certificate chain, or a .p12 or .pfx file"
                + $" (or set {RawPublicKey} and {KeyPath})");
        }

        string failing = raw ? KeyPath : CertificatePath;
        try
        {
            if (raw)
            {
                ThrowIfMissing(key!);
                return HybridTlsCredential.FromRawPublicKeyPemFile(key!, password);
            }

            ThrowIfMissing(certificate!);
            if (Path.GetExtension(certificate)!.ToUpperInvariant() is ".P12" or ".PFX")
                return HybridTlsCredential.FromPkcs12File(certificate!, password);
            failing = key is null ? CertificatePath : KeyPath;
            ThrowIfMissing(key ?? certificate!);
            failing = key is null ? CertificatePath : $"{CertificatePath} and {KeyPath}";
            return HybridTlsCredential.FromPemFiles(certificate!, key ?? certificate!, password);
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

using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using HybridTls.Tests.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Options from appsettings, and new certificates from the files it names.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private static readonly (string Certificate, string Key) Configured = TestIdentities.NewPem("CN=configured");
    private static readonly (string Certificate, string Key) Other = TestIdentities.NewPem("CN=other");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HybridTlsSelectionContext NoName => new() { Connection = null!, ClientHello = new() };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_server_runs_from_its_configuration_alone()
    {
        WritePem(Configured);
        File.WriteAllText(PathOf("root.crt"), TestIdentities.Authority.Certificate.ExportCertificatePem());
        await using WebHost host = await StartAsync(
            ("ClientCertificateMode", "RequireCertificate"), ("TrustAnchorsPath", "root.crt"), ("CipherSuites:0", "TLS_AES_128_GCM_SHA256"),
            ("HandshakeTimeout", "00:00:05"), ("MaxConcurrentHandshakes", "7"), ("MaxQueuedHandshakes", "0"), ("ApplicationProtocols:0", "http/1.1"));
        using HttpClient client = host.CreateClient(static options => options.Credential = TestIdentities.Client);
        Assert.Equal("CN=client TLS_AES_128_GCM_SHA256", await client.GetStringAsync("/", Token));
    }

    [Fact]
    public void All_keys_are_read()
    {
        WritePem(Configured);
        byte[] hash = SHA256.HashData(TestIdentities.Client.SubjectPublicKeyInfo.Span);
        IConfigurationSection section = Section(
            ("ClientCertificateMode", "allowcertificate"), ("AcceptRawPublicKeys", "true"), ("PinnedPublicKeyHashes:0", Convert.ToHexString(hash)),
            ("CertificateCompression", "Brotli, Zlib"), ("RecordSizeLimit", "4096"), ("MaxCertificateMessageSize", "9000"),
            ("SendCertificateAuthorities", "false"), ("HandshakeTimeout", "00:00:03"), ("CipherSuites", "TLS_CHACHA20_POLY1305_SHA256"),
            ("ApplicationProtocols:0", "h2"), ("ApplicationProtocols:1", "http/1.1"), ("ReloadInterval", "00:01:00"),
            ("MaxConcurrentHandshakes", "7"), ("MaxQueuedHandshakes", "3"), ("AllowTlsResume", "false"), ("TicketCount", "5"),
            ("TicketLifetime", "02:00:00"), ("KeyUpdateAfterRecords", "1000"), ("KeyUpdateAfterBytes", "5000000000"), ("KeyUpdateAfter", "00:10:00"));
        HybridTlsServerOptions options = ConfiguredServer.Load(section, _folder.FullName).Unnamed!;
        Assert.Equal(ClientAuthenticationMode.AllowCertificate, options.ClientCertificateMode);
        Assert.True(options.AcceptRawPublicKeys);
        Assert.NotNull(options.PeerValidation);
        Assert.Equal(CertificateCompression.Brotli | CertificateCompression.Zlib, options.CertificateCompression);
        Assert.Equal((4096, 9000), (options.RecordSizeLimit, options.MaxCertificateMessageSize));
        Assert.Equal(TimeSpan.FromSeconds(3), options.HandshakeTimeout);
        Assert.Equal((false, 5, TimeSpan.FromHours(2)), (options.AllowTlsResume, options.TicketCount, options.TicketLifetime));
        Assert.Equal((1000, 5_000_000_000, TimeSpan.FromMinutes(10)), (options.KeyUpdateAfterRecords, options.KeyUpdateAfterBytes, options.KeyUpdateAfter));
        Assert.Equal([TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256], options.CipherSuites);
        Assert.Equal([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11], options.ApplicationProtocols);
        Assert.Contains("configured", options.Credential!.ToString(), StringComparison.Ordinal);
        HybridTlsEndpointOptions middleware = ConfiguredServer.ReadEndpoint(section);
        Assert.Equal((7, 3, TimeSpan.FromMinutes(1)), (middleware.MaxConcurrentHandshakes, middleware.MaxQueuedHandshakes, middleware.ReloadInterval));
    }

    [Theory]
    [InlineData("HybridTls:CertificatePath", "CertificatePath", "")]
    [InlineData("HybridTls:CertificatePath", "CertificatePath", "nowhere.crt")]
    [InlineData("HybridTls:CertificatePath", "CertificatePath", "nonsense.pem")]
    [InlineData("HybridTls:CertificatePath", "CertificatePath", "nonsense.p12")]
    [InlineData("HybridTls:CertificatePath", "CertificatePath", "rsa.pem")]
    [InlineData("HybridTls:KeyPath", "KeyPath", "nowhere.key")]
    [InlineData("HybridTls:CertificatePath and KeyPath", "KeyPath", "nonsense.pem")]
    [InlineData("HybridTls:CertificatePath and KeyPath", "KeyPath", "other.key")]
    [InlineData("HybridTls:TrustAnchorsPath", "TrustAnchorsPath", "nonsense.pem")]
    [InlineData("HybridTls:TrustAnchorsPath", "TrustAnchorsPath", "nowhere.pem")]
    [InlineData("HybridTls:PinnedPublicKeyHashes", "PinnedPublicKeyHashes", "abcd")]
    [InlineData("HybridTls:ClientCertificateMode", "ClientCertificateMode", "Sometimes")]
    [InlineData("HybridTls:ClientCertificateMode", "ClientCertificateMode", "RequireCertificate")]
    [InlineData("HybridTls:CipherSuites", "CipherSuites:0", "TLS_AES_512")]
    [InlineData("HybridTls:CipherSuites", "CipherSuites:0", "TLS_RSA_WITH_AES_128_CBC_SHA")]
    [InlineData("HybridTls:ApplicationProtocols", "ApplicationProtocols:0", "")]
    [InlineData("HybridTls:HandshakeTimeout", "HandshakeTimeout", "00:00:00")]
    [InlineData("HybridTls:HandshakeTimeout", "HandshakeTimeout", "soon")]
    [InlineData("HybridTls:RecordSizeLimit", "RecordSizeLimit", "40000")]
    [InlineData("HybridTls:MaxConcurrentHandshakes", "MaxConcurrentHandshakes", "0")]
    [InlineData("HybridTls:MaxQueuedHandshakes", "MaxQueuedHandshakes", "-1")]
    [InlineData("HybridTls:KeyUpdateAfterRecords", "KeyUpdateAfterRecords", "0")]
    [InlineData("HybridTls:KeyUpdateAfterBytes", "KeyUpdateAfterBytes", "many")]
    [InlineData("HybridTls:KeyUpdateAfter", "KeyUpdateAfter", "-00:00:01")]
    [InlineData("HybridTls:TicketCount", "TicketCount", "17")]
    [InlineData("HybridTls:TicketCount", "TicketCount", "-1")]
    [InlineData("HybridTls:TicketLifetime", "TicketLifetime", "8.00:00:00")]
    [InlineData("HybridTls:AcceptRawPublicKeys", "AcceptRawPublicKeys", "perhaps")]
    [InlineData("HybridTls:HandshakeTimeOutt", "HandshakeTimeOutt", "00:00:10")]
    public void What_cannot_work_is_refused_at_the_start_and_named(string expected, string key, string value)
    {
        WritePem(Configured);
        File.WriteAllText(PathOf("nonsense.pem"), "nonsense");
        File.WriteAllText(PathOf("nonsense.p12"), "nonsense");
        File.WriteAllText(PathOf("rsa.pem"), TestIdentities.RsaPem());
        File.WriteAllText(PathOf("other.key"), Other.Key);
        IConfigurationSection section = Section((key, value));
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => ConfiguredServer.Load(section, _folder.FullName));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_of_several_names_have_certificates_of_their_own()
    {
        WritePem(Configured);
        foreach (string name in (string[])["exact", "wild", "rest"])
        {
            (string certificate, string key) = TestIdentities.NewPem("CN=" + name, names: [name == "wild" ? "*.wild.test" : name + ".test"]);
            File.WriteAllText(PathOf(name + ".crt"), certificate);
            File.WriteAllText(PathOf(name + ".key"), key);
        }

        (string Key, string Value)[] entries =
        [
            ("Sni:exact.test:CertificatePath", "exact.crt"), ("Sni:exact.test:KeyPath", "exact.key"), ("Sni:exact.test:CipherSuites:0", "TLS_AES_128_GCM_SHA256"),
            ("Sni:*.wild.test:CertificatePath", "wild.crt"), ("Sni:*.wild.test:KeyPath", "wild.key"), ("CipherSuites:0", "TLS_AES_256_GCM_SHA384"),
        ];
        await using WebHost host = await StartAsync(entries);
        Assert.Equal("CN=exact TLS_AES_128_GCM_SHA256", await AskAsync(host, "exact.test"));
        Assert.Equal("CN=wild TLS_AES_256_GCM_SHA384", await AskAsync(host, "a.wild.test")); // the suites of the section itself
        Assert.Equal("CN=configured TLS_AES_256_GCM_SHA384", await AskAsync(host, "localhost"));

        await using WebHost withRest = await StartAsync([.. entries, ("CertificatePath", ""), ("KeyPath", ""),
            ("Sni:*:CertificatePath", "rest.crt"), ("Sni:*:KeyPath", "rest.key")]);
        Assert.Equal("CN=rest TLS_AES_256_GCM_SHA384", await AskAsync(withRest, "rest.test"));

        // Nobody answers for a name that is in no entry, nor to a client without one.
        await using WebHost closed = await StartAsync([.. entries, ("CertificatePath", ""), ("KeyPath", "")]);
        Assert.Equal("CN=exact TLS_AES_128_GCM_SHA256", await AskAsync(closed, "EXACT.test"));
        HybridTlsException refused = await Assert.ThrowsAsync<HybridTlsException>(() => AskAsync(closed, "localhost"));
        Assert.Equal(TlsAlert.UnrecognizedName, refused.Alert);
        refused = await Assert.ThrowsAsync<HybridTlsException>(() => AskAsync(closed, "a.b.wild.test"));
        Assert.Equal(TlsAlert.UnrecognizedName, refused.Alert);

        static async Task<string> AskAsync(WebHost host, string name)
        {
            await using HybridTlsStream stream = await host.ConnectAsync(options => options.TargetHost = name);
            return $"{stream.Parameters.GetPeerCertificate()!.Subject} {stream.Parameters.CipherSuite}";
        }
    }

    [Fact]
    public async Task A_server_may_present_a_raw_public_key()
    {
        (_, string key) = TestIdentities.NewPem("CN=raw");
        File.WriteAllText(PathOf("raw.key"), key);
        await using WebHost host = await StartAsync(("CertificatePath", ""), ("KeyPath", "raw.key"), ("RawPublicKey", "true"));
        using HybridTls.Cryptography.ManagedMLDsa own = (HybridTls.Cryptography.ManagedMLDsa)HybridTls.Cryptography.ManagedMLDsa.ImportFromPem(key);
        await using HybridTlsStream stream = await host.ConnectAsync(options =>
        {
            options.PeerValidation = PeerValidation.PinnedPublicKeys(own);
            options.AcceptRawPublicKeys = true;
        });
        Assert.True(stream.Parameters.PeerUsedRawPublicKey);
    }

    [Theory]
    [InlineData("HybridTls:RawPublicKey", "RawPublicKey", "true")] // beside a certificate
    [InlineData("HybridTls:RawPublicKey", "RawPublicKey", "perhaps")]
    [InlineData("HybridTls:Sni:a.test:CertificatePath", "Sni:a.test:KeyPath", "server.key")] // the certificate is not the one above
    [InlineData("HybridTls:Sni:a_b!.test", "Sni:a_b!.test:CertificatePath", "server.crt")]
    [InlineData("HybridTls:Sni:a.*.test", "Sni:a.*.test:CertificatePath", "server.crt")]
    [InlineData("HybridTls:Sni:a.test:ReloadInterval", "Sni:a.test:ReloadInterval", "00:00:01")] // the endpoint's
    [InlineData("HybridTls:Sni:a.test:HandshakeTimeout", "Sni:a.test:HandshakeTimeout", "00:00:01")] // it runs before the name is known
    public void Names_that_cannot_work_are_refused_at_the_start_and_named(string expected, string key, string value)
    {
        WritePem(Configured);
        IConfigurationSection section = Section(
            ("Sni:a.test:CertificatePath", key == "Sni:a.test:KeyPath" ? "" : "server.crt"), ("Sni:a.test:KeyPath", "server.key"), (key, value));
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => ConfiguredServer.Load(section, _folder.FullName));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HybridTls:ClientCertificatMode", "ClientCertificatMode", "RequireCertificate")]
    [InlineData("HybridTls:TicketCount", "TicketCount", "many")]
    [InlineData("HybridTls:RawPublicKey", "RawPublicKey", "true")] // and no key
    [InlineData("HybridTls:CertificatePath", "Password", "secret")]
    public void A_section_without_a_credential_of_its_own_is_read_as_strictly(string expected, string key, string value)
    {
        WritePem(Configured);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => ConfiguredServer.Load(
            Section(
                ("CertificatePath", ""), ("KeyPath", ""), ("Sni:a.test:CertificatePath", "server.crt"), ("Sni:a.test:KeyPath", "server.key"), (key, value)),
            _folder.FullName));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_files_serve_new_connections_and_drop_none()
    {
        WritePem(Configured);
        await using WebHost host = await StartAsync(("ReloadInterval", "00:00:00.1"));
        await using HybridTlsStream before = await host.ConnectAsync();
        Assert.Equal("CN=configured", before.Parameters.GetPeerCertificate()!.Subject);

        WritePem(Other);
        CollectedLogs.LogLine line = await host.Logs.WaitForAsync(7);
        Assert.Contains("CN=other", line.Text, StringComparison.Ordinal);
        await using HybridTlsStream after = await host.ConnectAsync();
        Assert.Equal("CN=other", after.Parameters.GetPeerCertificate()!.Subject);

        // A key that does not fit yet: the old pair stays, and it is said once.
        string certificate = File.ReadAllText(PathOf("server.crt"));
        (string third, string thirdKey) = TestIdentities.NewPem("CN=third");
        File.WriteAllText(PathOf("server.crt"), third);
        line = await host.Logs.WaitForAsync(8);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains("HybridTls:CertificatePath and KeyPath", line.Text, StringComparison.Ordinal);
        await using HybridTlsStream kept = await host.ConnectAsync();
        Assert.Equal("CN=other", kept.Parameters.GetPeerCertificate()!.Subject);

        File.WriteAllText(PathOf("server.key"), thirdKey);
        while (host.Logs.Ours.Count(static line => line.EventId == 7) < 2)
            await Task.Delay(20, Token);
        await using HybridTlsStream last = await host.ConnectAsync();
        Assert.Equal("CN=third", last.Parameters.GetPeerCertificate()!.Subject);

        // The first connection has survived it all.
        await before.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
        using StreamReader reader = new(before);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        Assert.DoesNotContain(certificate, string.Concat(host.Logs.Ours), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_settings_are_taken_and_unusable_ones_are_not()
    {
        WritePem(Configured);
        Dictionary<string, string?> values = new() { ["HybridTls:CertificatePath"] = "server.crt", ["HybridTls:KeyPath"] = "server.key" };
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        CollectedLogs logs = new();
        using FolderHost services = new(_folder.FullName);
        using ConfiguredOptionsSource source = new(configuration.GetSection("HybridTls"), null, services, logs.CreateLogger(Log.Category));
        source.Prepare(default);
        Assert.Equal(3, source.Initial.CipherSuites.Count);
        configuration["HybridTls:CipherSuites:0"] = "TLS_AES_128_GCM_SHA256";
        source.Reload();
        Assert.Equal([TlsCipherSuite.TLS_AES_128_GCM_SHA256], (await source.SelectAsync(NoName))!.CipherSuites);
        configuration["HybridTls:CipherSuites:0"] = "none";
        source.Reload();
        source.Reload();
        Assert.Equal([TlsCipherSuite.TLS_AES_128_GCM_SHA256], source.Initial.CipherSuites);
        Assert.Equal([7, 8], logs.Ours.Select(static line => line.EventId));
    }

    [Fact]
    public void What_a_file_cannot_say_is_set_on_every_server_of_the_section()
    {
        WritePem(Configured);
        PeerValidation validation = TestIdentities.TrustRoot;
        IConfigurationSection section = Section(
            ("Sni:other.example:CertificatePath", "server.crt"), ("Sni:other.example:KeyPath", "server.key"), ("MaxQueuedHandshakes", "5"));
        ConfiguredServer server = ConfiguredServer.Load(section, _folder.FullName, options => options.PeerValidation = validation);
        Assert.Same(validation, server.Unnamed!.PeerValidation);
        Assert.Same(validation, server.Select("other.example")!.PeerValidation);
        HybridTlsEndpointOptions endpoint = ConfiguredServer.ReadEndpoint(section, static options => options.MaxConcurrentHandshakes = 2);
        Assert.Equal((2, 5), (endpoint.MaxConcurrentHandshakes, endpoint.MaxQueuedHandshakes));
    }

    [Fact]
    public void The_credential_of_a_section_is_its_own()
    {
        WritePem(Configured);
        Action<HybridTlsEndpointOptions>[] wrong =
        [
            static options => options.Credential = TestIdentities.Server,
            static options => options.OnConnection = static _ => default,
            static options => options.SelectOptions = static (_, _) => default,
        ];
        foreach (Action<HybridTlsEndpointOptions> configure in wrong)
        {
            InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
                () => ConfiguredServer.Load(Section(), _folder.FullName, configure));
            Assert.Contains("OnConnection", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_host_without_configuration_says_so()
    {
        using FolderHost services = new(_folder.FullName);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new ConnectionBuilder(services).UseHybridTls());
        Assert.Contains("IConfiguration", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_credential_signs_for_the_handshakes_under_way_and_is_then_disposed()
    {
        WritePem(Configured);
        FakeTimeProvider time = new FakeTimeProvider(TestIdentities.Start);
        using FolderHost services = new(_folder.FullName, time);
        CollectedLogs logs = new();
        using ConfiguredOptionsSource source = new(Section(), null, services, logs.CreateLogger(Log.Category));
        HybridTlsServerOptions old = source.Initial;
        WritePem(Other);
        source.Reload();
        Assert.NotSame(old, source.Initial);
        await HandshakeAsync(old);
        time.Advance(TimeSpan.FromSeconds(19));
        source.Reload();
        await HandshakeAsync(old);
        time.Advance(TimeSpan.FromSeconds(2));
        source.Reload();
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(old));
        await HandshakeAsync(source.Initial);
    }

    private static async Task HandshakeAsync(HybridTlsServerOptions options)
    {
        (DefaultConnectionContext clientSide, DefaultConnectionContext serverSide) = MemoryTransport.CreatePair();
        await using HybridTlsConnection client = new(clientSide.Transport);
        await using HybridTlsConnection server = new(serverSide.Transport);
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(options, Token),
            client.AuthenticateAsClientAsync(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "localhost"), Token));
    }

    private static void Map(WebApplication app) => app.MapGet("/", static (HttpContext context) =>
        $"{context.Connection.ClientCertificate?.Subject} {context.Features.Get<IHybridTlsFeature>()!.CipherSuite}");

    private Task<WebHost> StartAsync(params (string Key, string Value)[] settings) => WebHost.StartWithAsync(
        Map,
        static endpoint => endpoint.UseHybridTls(),
        build: builder => builder.Configuration.AddInMemoryCollection(Settings(settings)),
        contentRoot: _folder.FullName);

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(Settings(settings)).Build().GetSection("HybridTls");

    private static Dictionary<string, string?> Settings((string Key, string Value)[] settings)
    {
        Dictionary<string, string?> values = new() { ["HybridTls:CertificatePath"] = "server.crt", ["HybridTls:KeyPath"] = "server.key" };
        foreach ((string key, string value) in settings)
            values["HybridTls:" + key] = value;
        if (values["HybridTls:CertificatePath"] is not "server.crt" and not "rsa.pem" && values["HybridTls:KeyPath"] == "server.key")
            values.Remove("HybridTls:KeyPath");
        return values;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void WritePem((string Certificate, string Key) pair)
    {
        File.WriteAllText(PathOf("server.crt"), pair.Certificate);
        File.WriteAllText(PathOf("server.key"), pair.Key);
    }

    /// <summary>A host whose content lies in a folder, with a clock of its own.</summary>
    private sealed class FolderHost(string folder, TimeProvider? time = null) : IServiceProvider, IDisposable
    {
        private readonly Microsoft.Extensions.FileProviders.PhysicalFileProvider _files = new(folder);

        public object? GetService(Type serviceType) =>
            serviceType == typeof(TimeProvider) ? time
            : serviceType == typeof(Microsoft.Extensions.Hosting.IHostEnvironment)
                ? new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { ContentRootPath = folder, ContentRootFileProvider = _files }
                : null;

        public void Dispose() => _files.Dispose();
    }
}

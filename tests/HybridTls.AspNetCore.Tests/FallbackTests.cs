using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Handshake;
using HybridTls.Records;
using HybridTls.Tests.Handshake;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.AspNetCore;

/// <summary>One port for clients with the hybrid group and without: ours for the former, Kestrel's own TLS for the latter.</summary>
public sealed class FallbackTests : IDisposable
{
    private const string Choices = "hybridtls.endpoint.connections";

    /// <summary>Large bodies have 100 MiB.</summary>
    private const int LargeParts = 1600;

    private static readonly byte[] Part = RandomNumberGenerator.GetBytes(64 * 1024);
    private static readonly string LargeHash = HashLarge();

    private readonly X509Certificate2 _classical = CreateClassical();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-fallback");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _classical.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Clause("HT-FALL-2")]
    public async Task One_port_serves_both_kinds_of_clients(int version)
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        using HttpClient hybrid = version == 1 ? host.CreateClient() : host.CreateHttp2Client();
        using HttpClient classical = CreateClassicalClient(host, version == 1 ? HttpVersion.Version11 : HttpVersion.Version20);
        Assert.Equal($"hybrid HTTP/{(version == 1 ? "1.1" : "2")} Tls13", await hybrid.GetStringAsync("/", Token));
        Assert.Equal($"classical HTTP/{(version == 1 ? "1.1" : "2")} Tls13", await classical.GetStringAsync("/", Token));
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "hybrid")));
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "no_group")));
    }

    [Fact]
    public async Task A_client_of_TLS_1_2_and_a_client_certificate_reach_the_fallback()
    {
        await using WebHost host = await StartAsync(https: https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        });
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        using HttpClient classical = CreateClassicalClient(host, HttpVersion.Version11, options =>
        {
            options.EnabledSslProtocols = SslProtocols.Tls12;
            options.ClientCertificates = [_classical];
        });
        Assert.Equal("classical HTTP/1.1 Tls12 CN=localhost", await classical.GetStringAsync("/", Token));
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "no_tls13")));
    }

    [Fact]
    public async Task OpenSSL_with_P_256_alone_is_served()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed.");
        await using WebHost host = await StartAsync();
        using Process openssl = Process.Start(new ProcessStartInfo(
            "/usr/bin/openssl", ["s_client", "-connect", $"127.0.0.1:{host.Port}", "-servername", "localhost", "-tls1_3", "-groups", "P-256", "-quiet", "-ign_eof"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = openssl.StandardError.ReadToEndAsync(Token);
        await openssl.StandardInput.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await openssl.StandardInput.FlushAsync(Token);
        Assert.Contains("classical HTTP/1.1 Tls13", await openssl.StandardOutput.ReadToEndAsync(Token), StringComparison.Ordinal);
        await errors;
        await openssl.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task A_hybrid_client_that_accepts_no_signature_of_ours_is_told_by_the_fallback()
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        byte[] hello = WriteHello(static message => message.Set(ExtensionType.SignatureAlgorithms, 0, 2, 4, 3));
        using Socket socket = await ConnectAsync(host);
        await socket.SendAsync(hello, Token);
        Assert.NotEmpty(await ReadToEndAsync(socket)); // its alert
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "no_signature")));
    }

    [Fact]
    public async Task A_callback_sends_clients_to_the_fallback_that_could_be_served()
    {
        await using WebHost host = await StartAsync(options => options.UseFallback = static hello => hello.ServerName == "localhost");
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        HybridTlsException refused = await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync());
        Assert.Equal(HybridTlsFailure.AlertReceived, refused.Failure);
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "chosen")));
    }

    [Theory]
    [InlineData(ClientAuthenticationMode.RequireCertificate, 1)]
    [InlineData(ClientAuthenticationMode.AllowCertificate, 0)]
    public async Task That_the_fallback_authenticates_by_itself_is_said_where_it_matters(ClientAuthenticationMode mode, int warnings)
    {
        await using WebHost host = await StartAsync(options =>
        {
            options.ClientCertificateMode = mode;
            options.PeerValidation = TestIdentities.TrustRoot;
        });
        Assert.Equal(warnings, host.Logs.Ours.Count(static line => line.EventId == 17));
        using HttpClient classical = CreateClassicalClient(host, HttpVersion.Version11);
        Assert.Equal("classical HTTP/1.1 Tls13", await classical.GetStringAsync("/", Token)); // and without a client's certificate
    }

    [Fact]
    public async Task A_callback_that_throws_leaves_the_client_to_HybridTls()
    {
        await using WebHost host = await StartAsync(static options => options.UseFallback = static _ => throw new InvalidOperationException("no list"));
        using HttpClient client = host.CreateClient();
        Assert.StartsWith("hybrid", await client.GetStringAsync("/", Token), StringComparison.Ordinal);
        Assert.Contains(host.Logs.Ours, static line => line.EventId == 16);
    }

    [Fact]
    public async Task A_client_that_is_lost_within_its_ClientHello_is_no_fault_of_ours()
    {
        await using WebHost host = await StartAsync();
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        using (Socket socket = await ConnectAsync(host))
        {
            socket.LingerState = new LingerOption(true, 0);
            await socket.SendAsync(WriteHello().AsMemory(0, 100), Token);
        } // a reset

        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "no_client_hello")));
        Assert.DoesNotContain(host.Logs.Ours, static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("\x16\x03\x01\x00\x00 no record")]
    [InlineData("\x16\x03\x01\x00\x04\x02\x00\x00\x00")]
    public async Task What_is_no_ClientHello_gets_what_the_fallback_alone_would_give(string sent)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(sent);
        await using WebHost host = await StartAsync();
        await using WebHost alone = await WebHost.StartWithAsync(Map, listen => listen.UseHttps(_classical));
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        List<string> answers = [];
        foreach (WebHost server in (WebHost[])[host, alone])
        {
            using Socket socket = await ConnectAsync(server);
            await socket.SendAsync(bytes, Token);
            socket.Shutdown(SocketShutdown.Send);
            answers.Add(Convert.ToHexString(await ReadToEndAsync(socket)));
        }

        Assert.Equal(answers[1], answers[0]);
        Assert.Equal(1, await metrics.WaitForAsync(Choices, ("path", "classical"), ("reason", "no_client_hello")));
    }

    [Fact]
    [Clause("HT-FALL-4")]
    public async Task A_client_that_sends_half_a_ClientHello_has_the_handshakes_deadline()
    {
        using FailureList failures = new();
        await using WebHost host = await StartAsync(options =>
        {
            options.HandshakeTimeout = TimeSpan.FromSeconds(0.3);
            options.OnHandshakeFailed = failures.Add;
        });
        using Socket socket = await ConnectAsync(host);
        await socket.SendAsync(WriteHello().AsMemory(0, 100), Token);
        Assert.Empty(await ReadToEndAsync(socket));
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.TimedOut, failures.Reasons.Single());
        using HttpClient client = host.CreateClient();
        Assert.StartsWith("hybrid", await client.GetStringAsync("/", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_kinds_carry_100_MiB_up_and_down_and_WebSockets_at_the_same_time()
    {
        await using WebHost host = await StartAsync();
        using HttpClient hybrid = host.CreateClient();
        using HttpClient hybrid2 = host.CreateHttp2Client();
        using HttpClient classical = CreateClassicalClient(host, HttpVersion.Version11);
        using HttpClient classical2 = CreateClassicalClient(host, HttpVersion.Version20);
        HttpClient[] clients = [hybrid, classical, hybrid2, classical2];
        foreach (HttpClient client in clients)
            client.Timeout = TimeSpan.FromMinutes(2);
        Task[] transfers = [.. clients.Select(UploadAsync), .. clients.Select(DownloadAsync)];
        using HybridTlsHttpHandler handler = new(TestIdentities.UnnamedClientOptions());
        using SocketsHttpHandler classicalHandler = CreateClassicalHandler();
        Assert.Equal("hybrid", await TalkAsync(host, handler));
        Assert.Equal("classical", await TalkAsync(host, classicalHandler));
        await Task.WhenAll(transfers);
    }

    [Fact]
    public async Task The_configuration_can_ask_for_it()
    {
        (string certificate, string key) = TestIdentities.NewPem("CN=configured");
        File.WriteAllText(Path.Combine(_folder.FullName, "server.crt"), certificate);
        File.WriteAllText(Path.Combine(_folder.FullName, "server.key"), key);
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["HybridTls:CertificatePath"] = Path.Combine(_folder.FullName, "server.crt"),
            ["HybridTls:KeyPath"] = Path.Combine(_folder.FullName, "server.key"),
            ["HybridTls:Fallback"] = "https",
        }).Build();
        await using WebHost host = await WebHost.StartWithAsync(
            Map, listen => listen.UseHybridTls(configuration.GetSection("HybridTls")),
            kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _classical),
            static builder => builder.WebHost.UseKestrelHttpsConfiguration());
        using HttpClient classical = CreateClassicalClient(host, HttpVersion.Version11);
        using HttpClient hybrid = host.CreateClient();
        Assert.StartsWith("classical", await classical.GetStringAsync("/", Token), StringComparison.Ordinal);
        Assert.StartsWith("hybrid", await hybrid.GetStringAsync("/", Token), StringComparison.Ordinal);

        configuration["HybridTls:Fallback"] = "plain";
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebHost.StartWithAsync(Map, listen => listen.UseHybridTls(configuration.GetSection("HybridTls"))));
        Assert.Contains("HybridTls:Fallback is \"plain\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-FALL-1")]
    public async Task A_callback_without_a_fallback_is_refused_and_so_is_a_classical_client()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebHost.StartAsync(Map, static options => options.UseFallback = static _ => true));
        Assert.Contains("UseFallback", refused.Message, StringComparison.Ordinal);

        await using WebHost host = await WebHost.StartAsync(Map);
        using HttpClient classical = CreateClassicalClient(host, HttpVersion.Version11);
        await Assert.ThrowsAsync<HttpRequestException>(() => classical.GetStringAsync("/", Token));
    }

    private static void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.MapGet("/", static (HttpContext context) =>
            $"{KindOf(context)} {context.Request.Protocol} {context.Features.GetRequiredFeature<ITlsHandshakeFeature>().Protocol} {context.Connection.ClientCertificate?.Subject}".TrimEnd());
        app.MapPost("/", static async (HttpContext context) =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            return Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted));
        });
        app.MapGet("/large", static async (HttpContext context) =>
        {
            for (int i = 0; i < LargeParts; i++)
                await context.Response.Body.WriteAsync(Part, context.RequestAborted);
        });
        app.Map("/talk", static async (HttpContext context) =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(KindOf(context)), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
    }

    private static string KindOf(HttpContext context) => context.Features.Get<IHybridTlsFeature>() is null ? "classical" : "hybrid";

    private static X509Certificate2 CreateClassical()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static SocketsHttpHandler CreateClassicalHandler(Action<SslClientAuthenticationOptions>? change = null)
    {
        SocketsHttpHandler handler = new();
#pragma warning disable CA5359 // The certificate was made for this test.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        change?.Invoke(handler.SslOptions);
        return handler;
    }

    private static HttpClient CreateClassicalClient(WebHost host, Version version, Action<SslClientAuthenticationOptions>? change = null) =>
        new(CreateClassicalHandler(change))
        {
            BaseAddress = host.Address,
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(20),
        };

    private static async Task UploadAsync(HttpClient client)
    {
        using PushContent content = new();
        using HttpResponseMessage response = await client.PostAsync("/", content, Token);
        Assert.Equal(LargeHash, await response.Content.ReadAsStringAsync(Token));
    }

    private static async Task DownloadAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri("/large", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        await using Stream body = await response.Content.ReadAsStreamAsync(Token);
        Assert.Equal(LargeHash, Convert.ToHexString(await SHA256.HashDataAsync(body, Token)));
    }

    private static string HashLarge()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < LargeParts; i++)
            hash.AppendData(Part);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task<string> TalkAsync(WebHost host, HttpMessageHandler handler)
    {
        using HttpMessageInvoker invoker = new(handler, disposeHandler: false);
        using ClientWebSocket socket = new();
        await socket.ConnectAsync(new Uri($"wss://localhost:{host.Port}/talk"), invoker, Token);
        byte[] buffer = new byte[100];
        ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), Token);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, result.Count);
    }

    private static byte[] WriteHello(Action<EditableMessage>? change = null)
    {
        System.Buffers.ArrayBufferWriter<byte> output = new();
        using ClientHandshake client = new(TestIdentities.ClientOptions(), output);
        client.Start();
        EditableMessage message = new(output.WrittenSpan[RecordLimits.HeaderSize..].ToArray());
        change?.Invoke(message);
        byte[] hello = message.ToArray();
        return [0x16, 3, 1, (byte)(hello.Length >> 8), (byte)hello.Length, .. hello];
    }

    private static async Task<Socket> ConnectAsync(WebHost host)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Port, Token);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[4096];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, Token)) > 0;)
                all.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // A reset ends it as well.
        }

        return all.ToArray();
    }

    private Task<WebHost> StartAsync(Action<HybridTlsEndpointOptions>? tls = null, Action<HttpsConnectionAdapterOptions>? https = null) =>
        WebHost.StartWithAsync(Map, listen => listen.UseHybridTls(
            options =>
            {
                options.Credential = TestIdentities.Server;
                tls?.Invoke(options);
            },
            endpoint => endpoint.UseHttps(options =>
            {
                options.ServerCertificate = _classical;
                https?.Invoke(options);
            })));

    /// <summary>A body that is made while it is sent.</summary>
    private sealed class PushContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < LargeParts; i++)
                await stream.WriteAsync(Part, Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = (long)LargeParts * Part.Length;
            return true;
        }
    }
}

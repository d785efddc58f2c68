using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using HybridTls.Connections;
using HybridTls.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.Tests.Connections;

/// <summary>The contract with any host that builds connections of middleware, over a transport in memory.</summary>
public sealed class ConnectionBuilderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_ends_speak_a_length_prefixed_protocol_with_mutual_raw_public_keys()
    {
        using HybridTlsCredential serverKey = HybridTlsCredential.FromRawPublicKey(ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65));
        PeerValidation pinServer = PeerValidation.PinnedPublicKeyHashes(SHA256.HashData(serverKey.SubjectPublicKeyInfo.Span));
        byte[]? serverBinding = null;
        ReadOnlyMemory<byte> seenByServer = default;
        ConnectionDelegate server = Build(
            builder => builder.UseHybridTls(options =>
            {
                options.Credential = serverKey;
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.AcceptRawPublicKeys = true;
                options.PeerValidation = TestIdentities.PinClient;
            }),
            async context =>
            {
                IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
                serverBinding = tls.GetChannelBinding();
                seenByServer = tls.PeerRawPublicKey;
                while (await ReadMessageAsync(context.Transport.Input) is { } message)
                {
                    Array.Reverse(message);
                    await WriteMessageAsync(context.Transport.Output, message);
                }
            });
        List<byte[]> answers = [];
        byte[]? clientBinding = null;
        byte[][] requests = [.. Enumerable.Range(0, 20).Select(static i => RandomNumberGenerator.GetBytes(i * i * 300))];
        ConnectionDelegate client = Build(
            builder => builder.UseHybridTlsClient(options =>
            {
                options.Credential = TestIdentities.RawClient;
                options.AcceptRawPublicKeys = true;
                options.PeerValidation = pinServer;
            }),
            async context =>
            {
                IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
                clientBinding = tls.GetChannelBinding();
                Assert.Equal(serverKey.SubjectPublicKeyInfo, tls.PeerRawPublicKey);
                Assert.Null(tls.ClientHello);
                foreach (byte[] request in requests)
                {
                    await WriteMessageAsync(context.Transport.Output, request);
                    answers.Add((await ReadMessageAsync(context.Transport.Input))!);
                }

                await context.Transport.Output.CompleteAsync();
                Assert.Null(await ReadMessageAsync(context.Transport.Input));
            });
        await RunAsync(client, server);
        Assert.Equal(requests.Select(static request => request.Reverse().ToArray()), answers);
        Assert.Equal(32, clientBinding!.Length);
        Assert.Equal(clientBinding, serverBinding);
        Assert.Equal(TestIdentities.RawClient.SubjectPublicKeyInfo, seenByServer);
    }

    [Fact]
    public async Task The_transport_is_restored_and_left_open()
    {
        (DefaultConnectionContext clientContext, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair();
        IDuplexPipe clientTransport = clientContext.Transport;
        IDuplexPipe serverTransport = serverContext.Transport;
        ConnectionDelegate server = Build(static builder => builder.UseHybridTls(TestIdentities.Server), async context =>
        {
            Assert.NotSame(serverTransport, context.Transport);
            Assert.NotNull(context.Features.Get<ITlsHandshakeFeature>());
            Assert.NotNull(context.Features.Get<IHybridTlsFeature>());
            await context.Transport.Input.ReadAsync(Token);
        });
        ConnectionDelegate client = Build(UseClient(), static context => Task.CompletedTask);
        Task serving = server(serverContext);
        await client(clientContext);
        await serving;
        Assert.Same(clientTransport, clientContext.Transport);
        Assert.Same(serverTransport, serverContext.Transport);

        // After close_notify in both directions the transport is the host's again.
        await serverTransport.Output.WriteAsync(new byte[] { 1, 2, 3 }, Token);
        ReadResult result = await clientTransport.Input.ReadAsync(Token);
        Assert.Equal([1, 2, 3], result.Buffer.ToArray()[^3..]);
    }

    [Fact]
    public async Task A_client_throws_when_the_handshake_fails_and_a_server_returns()
    {
        bool reached = false;
        ConnectionDelegate server = Build(static builder => builder.UseHybridTls(TestIdentities.Server), context =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        ConnectionDelegate client = Build(
            static builder => builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "elsewhere.example")),
            context =>
            {
                reached = true;
                return Task.CompletedTask;
            });
        (DefaultConnectionContext clientContext, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair();
        Task serving = server(serverContext);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => client(clientContext));
        Assert.Equal(TlsAlert.CertificateUnknown, exception.Alert);
        await serving;
        Assert.False(reached);
    }

    [Fact]
    public async Task A_client_whose_server_goes_away_throws()
    {
        ConnectionDelegate client = Build(UseClient(), static context => Task.CompletedTask);
        (DefaultConnectionContext clientContext, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair();
        Task connecting = client(clientContext);
        await serverContext.Transport.Output.CompleteAsync();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => connecting);
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
    }

    [Fact]
    public async Task The_servers_name_comes_from_the_address_if_the_options_name_none()
    {
        string? seen = null;
        ConnectionDelegate server = Build(static builder => builder.UseHybridTls(TestIdentities.Server), context =>
        {
            seen = context.Features.GetRequiredFeature<ITlsHandshakeFeature>().HostName;
            return Task.CompletedTask;
        });
        ConnectionDelegate client = Build(
            static builder => builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions()), static async context =>
                await context.Transport.Input.ReadAsync(Token));
        await RunAsync(client, server, new DnsEndPoint("localhost", 443));
        Assert.Equal("localhost", seen);
    }

    [Fact]
    public async Task What_the_application_throws_reaches_the_host_and_the_transport_is_restored()
    {
        (DefaultConnectionContext clientContext, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair();
        IDuplexPipe transport = serverContext.Transport;
        ConnectionDelegate server = Build(static builder => builder.UseHybridTls(TestIdentities.Server), static context => throw new NotSupportedException());
        ConnectionDelegate client = Build(UseClient(), static async context => await context.Transport.Input.ReadAsync(Token));
        Task connecting = client(clientContext);
        await Assert.ThrowsAsync<NotSupportedException>(() => server(serverContext));
        await connecting;
        Assert.Same(transport, serverContext.Transport);
    }

    [Fact]
    public async Task A_host_that_closes_the_connection_ends_the_handshake()
    {
        FailedHandshake? failed = null;
        ConnectionDelegate server = Build(
            builder => builder.UseHybridTls(Server(options => options.OnHandshakeFailed = failure => failed = failure)),
            static context => Task.CompletedTask);
        (_, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair();
        using CancellationTokenSource closed = new();
        serverContext.ConnectionClosed = closed.Token;
        Task serving = server(serverContext);
        await closed.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(HandshakeFailureReason.Truncated, failed?.Reason);
    }

    [Fact]
    public void Bad_options_fail_when_the_host_is_built_and_say_which()
    {
        Fails("Credential", static builder => builder.UseHybridTls(new HybridTlsEndpointOptions()));
        Fails("HandshakeTimeout",
            static builder => builder.UseHybridTls(Server(static options => options.HandshakeTimeout = TimeSpan.Zero)));
        Fails("ApplicationProtocols",
            static builder => builder.UseHybridTls(Server(static options => options.ApplicationProtocols = [default])));
        Fails("PeerValidation", static builder => builder.UseHybridTls(
            Server(static options => options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate)));
        Fails("CipherSuites", static builder => builder.UseHybridTls(Server(static options => options.CipherSuites = [])));
        Fails("HandshakeTimeout",
            static builder => builder.UseHybridTls(Server(static options => options.HandshakeTimeout = TimeSpan.FromDays(50))));
        Fails("ReloadInterval",
            static builder => builder.UseHybridTls(Server(static options => options.ReloadInterval = TimeSpan.FromDays(50))));
        Fails("MaxConcurrentHandshakes",
            static builder => builder.UseHybridTls(Server(static options => options.MaxConcurrentHandshakes = 0)));
        Fails("MaxQueuedHandshakes",
            static builder => builder.UseHybridTls(Server(static options => options.MaxQueuedHandshakes = -1)));
        Fails("PeerValidation", static builder => builder.UseHybridTlsClient(new HybridTlsClientOptions()));
        Fails("TargetHost",
            static builder => builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "a b")));
        Fails("HandshakeTimeout",
            static builder => builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions(static options => options.HandshakeTimeout = TimeSpan.Zero)));
        Fails("OnConnection", static builder => builder.UseHybridTls(static options =>
        {
            options.OnConnection = static _ => default;
            options.SelectOptions = static (_, _) => default;
        }));

        (string certificate, string key) = TestIdentities.NewPem("CN=one");
        (_, string otherKey) = TestIdentities.NewPem("CN=two");
        Fails("Credential",
            builder => builder.UseHybridTls(options => options.Credential = HybridTlsCredential.FromPem(certificate, otherKey)));
        Fails("Credential", builder => builder.UseHybridTls(options => options.Credential = HybridTlsCredential.FromPem("nonsense", key)));
        Fails("Credential", builder => builder.UseHybridTls(options => options.Credential = HybridTlsCredential.FromPem(TestIdentities.RsaPem(), key)));
    }

    private static Action<IConnectionBuilder> UseClient() =>
        static builder => builder.UseHybridTlsClient(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "localhost"));

    private static HybridTlsEndpointOptions Server(Action<HybridTlsEndpointOptions> change)
    {
        HybridTlsEndpointOptions options = new() { Credential = TestIdentities.Server };
        change(options);
        return options;
    }

    private static void Fails(string option, Action<IConnectionBuilder> configure)
    {
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => Build(configure, static context => Task.CompletedTask));
        Assert.Contains(option, exception.Message, StringComparison.Ordinal);
    }

    private static ConnectionDelegate Build(Action<IConnectionBuilder> configure, ConnectionDelegate application)
    {
        ConnectionBuilder builder = new(new NoServices());
        configure(builder);
        builder.Run(context => application(context));
        return builder.Build();
    }

    private static async Task RunAsync(ConnectionDelegate client, ConnectionDelegate server, EndPoint? serverAddress = null)
    {
        (DefaultConnectionContext clientContext, DefaultConnectionContext serverContext) = MemoryTransport.CreatePair(serverAddress);
        await Task.WhenAll(client(clientContext), server(serverContext)).WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    private static async Task WriteMessageAsync(PipeWriter writer, byte[] message)
    {
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(4), message.Length);
        writer.Advance(4);
        writer.Write(message);
        await writer.FlushAsync(Token);
    }

    private static async Task<byte[]?> ReadMessageAsync(PipeReader reader)
    {
        ReadResult result = await reader.ReadAtLeastAsync(4, Token);
        if (result.Buffer.Length < 4)
            return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(result.Buffer.Slice(0, 4).ToArray());
        reader.AdvanceTo(result.Buffer.GetPosition(4));
        if (length == 0)
            return [];
        result = await reader.ReadAtLeastAsync(length, Token);
        byte[] message = result.Buffer.Slice(0, length).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(length));
        return message;
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using HybridTls.Connections;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridTls.Tests.AspNetCore;

/// <summary>What bounds the handshakes of an endpoint: work, and waiting.</summary>
public sealed class HandshakeLimitsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-SHELL-14")]
    public async Task Work_is_bounded_and_so_is_the_queue_for_it()
    {
        using BlockingKey key = new();
        using var certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["localhost"] });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        using FailureList failures = new();
        key.Block();
        await using WebHost host = await WebHost.StartWithAsync(
            static app => app.MapGet("/", static () => "served"),
            endpoint => endpoint.UseHybridTls(options =>
            {
                options.Credential = credential;
                options.MaxConcurrentHandshakes = 1;
                options.MaxQueuedHandshakes = 1;
                options.OnHandshakeFailed = failures.Add;
            }));
        void Trust(HybridTlsClientOptions o) => o.PeerValidation = PeerValidation.TrustAnchors(certificate);
        Task<HybridTlsStream> first = host.ConnectAsync(Trust);
        await key.Entered.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Task<HybridTlsStream> second = host.ConnectAsync(Trust);
        Task<HybridTlsStream> third = host.ConnectAsync(Trust);
        Task<HybridTlsStream> refused = await Task.WhenAny(second, third);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => refused);
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.InternalError), (exception.Failure, exception.Alert));
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.Refused, failures.Reasons.Single());

        key.Release();
        await using HybridTlsStream one = await first;
        await using HybridTlsStream two = await (refused == second ? third : second);
    }

    [Theory]
    [InlineData("a client that falls silent")]
    [InlineData("a callback")]
    [InlineData("a signer")]
    [Clause("HT-SHELL-14")]
    public async Task Nobody_who_waits_holds_a_place(string who)
    {
        TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously), goOn = new();
        int calls = 0;
        using HybridTlsCredential remote = TestIdentities.SlowServer(async cancellationToken =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                waiting.SetResult();
                await goOn.Task.WaitAsync(cancellationToken);
            }
        });
        await using WebHost host = await WebHost.StartWithAsync(
            static app => app.MapGet("/", static () => "served"),
            endpoint => endpoint.UseHybridTls(own =>
            {
                own.MaxConcurrentHandshakes = 1;
                own.MaxQueuedHandshakes = 0;
                own.OnConnection = async context =>
                {
                    if (who == "a callback" && Interlocked.Increment(ref calls) == 1)
                    {
                        waiting.SetResult();
                        await goOn.Task; // it does not even listen
                    }

                    return TestIdentities.ServerOptions(options => options.Credential = who == "a signer" ? remote : TestIdentities.Server);
                };
            }));
        Task<HybridTlsStream>? first = null;
        using Socket silent = await SayHelloAsync(host, who == "a client that falls silent");
        if (who != "a client that falls silent")
        {
            first = host.ConnectAsync();
            await waiting.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        }

        using HttpClient client = host.CreateClient();
        Assert.Equal("served", await client.GetStringAsync("/", Token));
        goOn.SetResult();
        if (first is not null)
            await (await first).DisposeAsync();
    }

    [Fact]
    [Clause("HT-SHELL-13")]
    public async Task A_callback_that_does_not_listen_keeps_neither_the_deadline_nor_a_client_that_left()
    {
        TaskCompletionSource never = new();
        using FailureList failures = new();
        using SemaphoreSlim entered = new(0);
        await using WebHost host = await WebHost.StartWithAsync(
            static app => { },
            endpoint => endpoint.UseHybridTls(options =>
            {
                options.HandshakeTimeout = TimeSpan.FromSeconds(2);
                options.OnHandshakeFailed = failures.Add;
                options.OnConnection = async _ =>
                {
                    entered.Release();
                    await never.Task;
                    return null;
                };
            }));
        Socket leaves = await SayHelloAsync(host, says: true, answered: false);
        await entered.WaitAsync(TimeSpan.FromSeconds(20), Token);
        leaves.Dispose();
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.Truncated, failures.Reasons.Single());

        using Socket stays = await SayHelloAsync(host, says: true, answered: false);
        await failures.WaitForAsync(2);
        Assert.Equal(HandshakeFailureReason.TimedOut, failures.Reasons.Last());
        never.SetException(new InvalidOperationException("too late"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-14")]
    public async Task Who_has_waited_longest_is_given_up_for_a_new_one(bool perAddress)
    {
        using FailureList failures = new();
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static () => "served"),
            middleware =>
            {
                middleware.OnHandshakeFailed = failures.Add;
                if (perAddress)
                    middleware.MaxHalfOpenHandshakesPerAddress = 2;
                else
                    middleware.MaxHalfOpenHandshakes = 2;
            });
        using Socket hello = await SayHelloAsync(host, says: true);
        using Socket silent = await SayHelloAsync(host, says: false);
        Assert.Empty(failures.Reasons);

        // The third connection costs the first its place; it is told.
        using HttpClient client = host.CreateClient();
        Assert.Equal("served", await client.GetStringAsync("/", Token));
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.Refused, failures.Reasons.Single());
        byte[] received = await ReadToEndAsync(hello);
        Assert.Equal(23, received[^24]); // behind the flight, a protected record of 19 bytes: type, alert and tag

        using HttpClient another = host.CreateClient();
        Assert.Equal("served", await another.GetStringAsync("/", Token));
        Assert.Single(failures.Reasons); // the one place was free again
        using Socket more = await SayHelloAsync(host, says: false);
        using Socket evenMore = await SayHelloAsync(host, says: false);
        await failures.WaitForAsync(2);
        Assert.Equal([21, 3, 3, 0, 2, 2, (byte)TlsAlert.InternalError], await ReadToEndAsync(silent)); // no keys: in the clear
    }

    [Fact]
    public void Handshakes_are_counted_by_address_and_network()
    {
        HandshakesUnderWay underWay = new(max: 4, maxPerAddress: 2);
        HandshakeGate gate = new(new HybridTlsEndpointOptions(), NullLogger.Instance);
        HandshakeTicket Ticket() => new(gate, Timeout.InfiniteTimeSpan, TimeProvider.System);
        HandshakeTicket one = Ticket(), two = Ticket(), three = Ticket(), four = Ticket(), five = Ticket(), six = Ticket();
        Assert.Null(underWay.Add(one, IPAddress.Parse("2001:db8:1:2::1")));
        Assert.Null(underWay.Add(two, IPAddress.Parse("2001:db8:1:2:ffff::2")));
        Assert.Null(underWay.Add(three, IPAddress.Parse("2001:db8:1:3::1"))); // another network
        Assert.Same(one, underWay.Add(four, IPAddress.Parse("2001:db8:1:2::3")));
        underWay.Remove(one); // gone already
        Assert.Equal(3, underWay.Count);
        Assert.Null(underWay.Add(five, IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Same(two, underWay.Add(six, IPAddress.Parse("192.0.2.1"))); // one address, but below its bound: the oldest of all
        Assert.Same(five, underWay.Add(Ticket(), IPAddress.Parse("192.0.2.1")));
        Assert.Equal(4, underWay.Count);
        foreach (HandshakeTicket ticket in (HandshakeTicket[])[two, three, four, five, six])
            underWay.Remove(ticket);
        Assert.Equal(1, underWay.Count);
    }

    private static async Task<Socket> SayHelloAsync(WebHost host, bool says, bool answered = true)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        await socket.ConnectAsync(IPAddress.Loopback, host.Port, Token);
        if (says)
        {
            HybridTls.Transport.PooledBuffer hello = new();
            using HybridTls.Handshake.ClientHandshake client = new(TestIdentities.ClientOptions(), hello);
            client.Start();
            await socket.SendAsync(hello.Memory, Token);
            byte[] answer = new byte[5];
            if (answered)
                await socket.ReceiveAsync(answer, SocketFlags.Peek, Token);
        }
        else
        {
            await metrics.WaitForHandshakeAsync();
        }

        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using MemoryStream received = new();
        await using NetworkStream stream = new(socket, ownsSocket: false);
        await stream.CopyToAsync(received, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
        return received.ToArray();
    }

    /// <summary>A key that signs when it may: its handshake computes until then.</summary>
    private sealed class BlockingKey() : MLDsa(MLDsaAlgorithm.MLDsa65)
    {
        private readonly MLDsa _key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        private readonly ManualResetEventSlim _open = new(true);
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Block() => _open.Reset();

        public void Release() => _open.Set();

        protected override void SignDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, Span<byte> destination)
        {
            if (!_open.IsSet)
                _entered.TrySetResult();
            _open.Wait(Token);
            _key.SignData(data, destination, context);
        }

        protected override bool VerifyDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, ReadOnlySpan<byte> signature) =>
            _key.VerifyData(data, signature, context);

        protected override void SignPreHashCore(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, Span<byte> destination) =>
            throw new NotSupportedException();

        protected override bool VerifyPreHashCore(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, ReadOnlySpan<byte> signature) =>
            throw new NotSupportedException();

        protected override void SignMuCore(ReadOnlySpan<byte> externalMu, Span<byte> destination) => throw new NotSupportedException();

        protected override bool VerifyMuCore(ReadOnlySpan<byte> externalMu, ReadOnlySpan<byte> signature) => throw new NotSupportedException();

        protected override void ExportMLDsaPublicKeyCore(Span<byte> destination) => _key.ExportMLDsaPublicKey(destination);

        protected override void ExportMLDsaPrivateKeyCore(Span<byte> destination) => throw new NotSupportedException();

        protected override void ExportMLDsaPrivateSeedCore(Span<byte> destination) => throw new NotSupportedException();

        protected override bool TryExportPkcs8PrivateKeyCore(Span<byte> destination, out int bytesWritten) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _key.Dispose();
            base.Dispose(disposing);
        }
    }
}

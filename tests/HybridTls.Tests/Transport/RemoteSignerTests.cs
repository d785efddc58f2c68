using System.Security.Cryptography.X509Certificates;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Keys that are elsewhere and answer late, wrongly or never: on a server and on a client, over streams and over pipes.</summary>
public sealed class RemoteSignerTests
{
    private const int Many = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool> Sides => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Fact]
    [Clause("HT-AUTH-10")]
    [Clause("HT-HS-4")]
    public async Task One_thread_carries_a_hundred_handshakes_to_their_signer()
    {
        // Transports in memory go on on the thread that caused it: a signer that held a thread would let none after it come this far.
        int thread = Environment.CurrentManagedThreadId;
        Signer signer = new(TestIdentities.Server) { Delay = TimeSpan.FromMilliseconds(50), Needed = Many };
        using HybridTlsCredential remote = CreateRemote(TestIdentities.Server, signer.SignAsync);
        List<TlsPair> pairs = [];
        List<Task> handshakes = [];
        for (int i = 0; i < Many; i++)
        {
            TlsPair pair = TlsPair.CreateRaw();
            pairs.Add(pair);
            handshakes.Add(pair.AuthenticateServerAsync(
                TestIdentities.ServerOptions(options => (options.Credential, options.HandshakeTimeout) = (remote, TimeSpan.FromMinutes(1)))));
            handshakes.Add(pair.AuthenticateClientAsync(TestIdentities.ClientOptions(static options => options.HandshakeTimeout = TimeSpan.FromMinutes(1))));
        }

        Assert.Equal(Many, signer.Peak);
        Assert.All(signer.Threads, id => Assert.Equal(thread, id));
        Assert.All(handshakes, static handshake => Assert.False(handshake.IsCompleted));

        // While they wait, a server with a key of its own serves on.
        await using (TlsPair other = await TlsPair.CreateAsync())
            Assert.True(other.Client.Parameters.IsPeerAuthenticated);
        signer.Open();
        await Task.WhenAll(handshakes).WaitAsync(TimeSpan.FromSeconds(30), Token);
        foreach (TlsPair pair in pairs)
        {
            Assert.True(pair.Client.Parameters.IsPeerAuthenticated);
            await pair.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    [Clause("HT-AUTH-10")]
    public async Task A_signature_that_takes_fifty_milliseconds_is_waited_for(bool signsServer, bool overPipes)
    {
        Signer signer = new(Identity(signsServer)) { Delay = TimeSpan.FromMilliseconds(50) };
        await using Handshake handshake = Handshake.Start(signsServer, overPipes, signer.SignAsync, Token);
        await Task.WhenAll(handshake.Ours, handshake.Theirs);
        Assert.Equal(1, signer.Peak);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    [Clause("HT-AUTH-10")]
    [Clause("HT-SHELL-8")]
    public async Task A_signer_that_fails_ends_the_handshake_and_the_peer_is_told(bool signsServer, bool overPipes)
    {
        (Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> Signer, string Message)[] failing =
        [
            ((_, _) => throw new TimeoutException("the vault is closed"), "the vault is closed"),
            (async (_, _) =>
            {
                await Task.Yield();
                throw new IOException("the vault is gone");
            }, "the vault is gone"),
            (async (_, _) =>
            {
                await Task.Yield();
                throw new OperationCanceledException("the vault had its own deadline");
            }, "the vault had its own deadline"),
            ((_, _) => ValueTask.FromResult(new byte[3309]), "returned no ML-DSA-65 signature"),
            ((_, _) => ValueTask.FromResult(new byte[64]), "returned no ML-DSA-65 signature"),
            ((_, _) => ValueTask.FromResult(Array.Empty<byte>()), "returned no ML-DSA-65 signature"),
            ((_, _) => ValueTask.FromResult<byte[]>(null!), "returned no ML-DSA-65 signature"),
            ((content, token) => Identity(!signsServer).SignAsync(content, token), "returned no ML-DSA-65 signature"), // another's key
            ((content, token) => Identity(signsServer).SignAsync(content[1..], token), "returned no ML-DSA-65 signature"),
        ];
        foreach ((Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer, string message) in failing)
        {
            await using Handshake handshake = Handshake.Start(signsServer, overPipes, signer, Token);
            HybridTlsException ours = await Assert.ThrowsAsync<HybridTlsException>(() => handshake.Ours);
            Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.InternalError), (ours.Failure, ours.Alert));
            Assert.Contains(message, ours.Message, StringComparison.Ordinal);
            HybridTlsException theirs = await Assert.ThrowsAsync<HybridTlsException>(() => handshake.Theirs);
            Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.InternalError), (theirs.Failure, theirs.Alert));
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    [Clause("HT-AUTH-10")]
    [Clause("HT-SHELL-5")]
    public async Task A_signer_that_never_answers_is_left_at_the_deadline(bool signsServer, bool overPipes)
    {
        // One watches the token, the other does not.
        bool sawToken = false;
        TaskCompletionSource<byte[]> never = new();
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>>[] silent =
        [
            async (_, cancellationToken) =>
            {
                cancellationToken.Register(() => sawToken = true);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return [];
            },
            (_, _) => new ValueTask<byte[]>(never.Task),
        ];
        foreach (Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer in silent)
        {
            await using Handshake handshake = Handshake.Start(signsServer, overPipes, signer, Token, TimeSpan.FromMilliseconds(300));
            HybridTlsException ours = await Assert.ThrowsAsync<HybridTlsException>(() => handshake.Ours);
            Assert.Equal(HybridTlsFailure.TimedOut, ours.Failure);
            Assert.Contains("HandshakeTimeout", ours.Message, StringComparison.Ordinal);
        }

        Assert.True(sawToken);
        never.SetResult([]); // too late, and to nobody's harm
    }

    [Theory]
    [InlineData("SelectOptions", true, true)]
    [InlineData("SelectOptions", true, false)]
    [InlineData("PeerValidation", true, true)]
    [InlineData("PeerValidation", true, false)]
    [InlineData("PeerValidation", false, true)]
    [InlineData("PeerValidation", false, false)]
    [Clause("HT-SHELL-13")]
    public async Task A_callback_that_does_not_listen_is_left_at_the_deadline_and_by_the_callers_token(string callback, bool server, bool overPipes)
    {
        foreach (bool byToken in (bool[])[false, true])
        {
            TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously), never = new();
            TimeSpan timeout = byToken ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(300);
            PeerValidation asks = TestIdentities.TrustRoot.WithCallback(async (_, _) =>
            {
                entered.SetResult();
                await never.Task;
                return PeerVerdict.Accept;
            });
            HybridTlsServerOptions serverOptions = TestIdentities.ServerOptions(options =>
            {
                options.HandshakeTimeout = server ? timeout : Timeout.InfiniteTimeSpan;
                if (callback == "SelectOptions")
                {
                    options.SelectOptions = async (_, _) =>
                    {
                        entered.SetResult();
                        await never.Task;
                        return null;
                    };
                }
                else if (server)
                {
                    options.PeerValidation = asks;
                    options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                }
            });
            HybridTlsClientOptions clientOptions = TestIdentities.ClientOptions(options =>
            {
                options.Credential = TestIdentities.Client;
                options.HandshakeTimeout = server ? Timeout.InfiniteTimeSpan : timeout;
                if (!server)
                    options.PeerValidation = asks;
            });
            using CancellationTokenSource caller = new();
            CancellationToken serverToken = server ? caller.Token : Token, clientToken = server ? Token : caller.Token;
            Task ours, theirs;
            IAsyncDisposable pair;
            if (overPipes)
            {
                PipesPair pipes = PipesPair.CreateRaw();
                pair = pipes;
                (Task ofServer, Task ofClient) = (
                    pipes.Server.AuthenticateAsServerAsync(serverOptions, serverToken), pipes.Client.AuthenticateAsClientAsync(clientOptions, clientToken));
                (ours, theirs) = server ? (ofServer, ofClient) : (ofClient, ofServer);
            }
            else
            {
                TlsPair streams = TlsPair.CreateRaw();
                pair = streams;
                (Task ofServer, Task ofClient) = (
                    streams.Server.AuthenticateAsServerAsync(serverOptions, serverToken), streams.Client.AuthenticateAsClientAsync(clientOptions, clientToken));
                (ours, theirs) = server ? (ofServer, ofClient) : (ofClient, ofServer);
            }

            await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
            if (byToken)
            {
                await caller.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ours.WaitAsync(TimeSpan.FromSeconds(20), Token));
            }
            else
            {
                HybridTlsException failure = await Assert.ThrowsAsync<HybridTlsException>(() => ours.WaitAsync(TimeSpan.FromSeconds(20), Token));
                Assert.Equal(HybridTlsFailure.TimedOut, failure.Failure);
            }

            never.SetException(new InvalidOperationException("too late, and to nobody's harm"));
            await pair.DisposeAsync();
            _ = theirs.Exception;
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    [Clause("HT-AUTH-10")]
    public async Task The_callers_token_ends_the_wait_for_a_signer(bool signsServer, bool overPipes)
    {
        using CancellationTokenSource cancel = new();
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Handshake handshake = Handshake.Start(
            signsServer, overPipes,
            async (_, _) =>
            {
                entered.SetResult();
                await new TaskCompletionSource().Task;
                return [];
            },
            cancel.Token);
        await entered.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake.Ours);
    }

    private static HybridTlsCredential Identity(bool server) => server ? TestIdentities.Server : TestIdentities.Client;

    private static HybridTlsCredential CreateRemote(
        HybridTlsCredential local, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(local.Certificates[0].Span);
        return HybridTlsCredential.CreateRemote([certificate], signer);
    }

    /// <summary>Signs late, and counts who waits at a time.</summary>
    private sealed class Signer(HybridTlsCredential local)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _waiting;

        public TimeSpan Delay { get; init; }

        /// <summary>Nobody is answered before so many wait and <see cref="Open"/> was called; 0: at once.</summary>
        public int Needed { get; init; }

        public int Peak { get; private set; }

        public List<int> Threads { get; } = [];

        public void Open() => _open.SetResult();

        public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                Peak = Math.Max(Peak, ++_waiting);
                Threads.Add(Environment.CurrentManagedThreadId);
            }

            if (Needed > 0)
                await _open.Task.WaitAsync(cancellationToken);
            await Task.Delay(Delay, cancellationToken);
            lock (_lock)
                _waiting--;
            return await local.SignAsync(content, cancellationToken);
        }
    }

    /// <summary>A handshake in which one side, ours, signs elsewhere. A client's peer has to read to hear that it fails.</summary>
    private sealed class Handshake : IAsyncDisposable
    {
        private readonly HybridTlsCredential _remote;
        private readonly IAsyncDisposable _pair;

        private Handshake(HybridTlsCredential remote, IAsyncDisposable pair, Task server, Task client, bool signsServer)
        {
            (_remote, _pair) = (remote, pair);
            (Ours, Theirs) = signsServer ? (server, client) : (client, server);
        }

        public Task Ours { get; }

        public Task Theirs { get; }

        public static Handshake Start(
            bool signsServer, bool overPipes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer,
            CancellationToken cancellationToken, TimeSpan? limit = null)
        {
            HybridTlsCredential remote = CreateRemote(Identity(signsServer), signer);
            HybridTlsServerOptions server = TestIdentities.ServerOptions(options =>
            {
                options.Credential = signsServer ? remote : TestIdentities.Server;
                options.ClientCertificateMode = signsServer ? ClientAuthenticationMode.NoCertificate : ClientAuthenticationMode.RequireCertificate;
                if (signsServer && limit is { } time)
                    options.HandshakeTimeout = time;
            });
            HybridTlsClientOptions client = TestIdentities.ClientOptions(options =>
            {
                options.Credential = signsServer ? null : remote;
                if (!signsServer && limit is { } time)
                    options.HandshakeTimeout = time;
            });
            CancellationToken serverToken = signsServer ? cancellationToken : Token, clientToken = signsServer ? Token : cancellationToken;
            if (overPipes)
            {
                PipesPair pipes = PipesPair.CreateRaw();
                return new Handshake(
                    remote, pipes, pipes.Server.AuthenticateAsServerAsync(server, serverToken),
                    pipes.Client.AuthenticateAsClientAsync(client, clientToken), signsServer);
            }

            TlsPair pair = TlsPair.CreateRaw();
            return new Handshake(
                remote, pair, pair.Server.AuthenticateAsServerAsync(server, serverToken),
                pair.Client.AuthenticateAsClientAsync(client, clientToken), signsServer);
        }

        public async ValueTask DisposeAsync()
        {
            await _pair.DisposeAsync();
            await Theirs.ContinueWith(static _ => { }, TaskScheduler.Default);
            _remote.Dispose();
        }
    }
}

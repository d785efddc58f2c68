using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>What the user's own code may do while a handshake waits for it: sign elsewhere, judge, choose, fail.</summary>
public sealed class HostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-HS-4")]
    public async Task A_slow_signer_holds_up_nobody_else()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HybridTlsCredential remote = CreateRemote(async (content, cancellationToken) =>
        {
            await release.Task.WaitAsync(cancellationToken);
            return await TestIdentities.Server.SignAsync(content, cancellationToken);
        });
        Task<TlsPair> slow = TlsPair.CreateAsync(TestIdentities.ServerOptions(options => options.Credential = remote));
        for (int i = 0; i < 3; i++)
            await using (await TlsPair.CreateAsync()) { }

        Assert.False(slow.IsCompleted);
        release.SetResult();
        await using TlsPair pair = await slow;
        Assert.True(pair.Client.Parameters.IsPeerAuthenticated);
    }

    [Fact]
    [Clause("HT-AUTH-10")]
    [Clause("HT-SHELL-8")]
    public async Task A_signer_that_fails_or_lies_ends_the_handshake()
    {
        using HybridTlsCredential failing = CreateRemote((_, _) => throw new TimeoutException("the vault is closed"));
        HybridTlsException ours = await FailServerAsync<HybridTlsException>(TestIdentities.ServerOptions(options => options.Credential = failing), TlsAlert.InternalError);
        Assert.Contains("the vault is closed", ours.ToString(), StringComparison.Ordinal);

        using HybridTlsCredential lying = CreateRemote((_, _) => ValueTask.FromResult(new byte[3309]));
        ours = await FailServerAsync<HybridTlsException>(TestIdentities.ServerOptions(options => options.Credential = lying), TlsAlert.InternalError);
        Assert.Equal(TlsAlert.InternalError, ours.Alert);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-AUTH-4")]
    public async Task A_callback_judges_a_peer(bool judgesServer)
    {
        PeerValidationContext? seen = null;
        PeerValidation validation = TestIdentities.TrustRoot.WithCallback(async (context, cancellationToken) =>
        {
            await Task.Yield();
            seen = context;
            return PeerVerdict.Accept;
        });
        await using TlsPair pair = await CreateMutualAsync(judgesServer, validation);
        Assert.Equal(judgesServer ? PeerRole.Server : PeerRole.Client, seen!.Peer);
        Assert.Equal(judgesServer ? "localhost" : null, seen.ServerName);
        Assert.Equal(2, seen.ValidatedPath.Count);
        Assert.Empty(seen.Findings);
    }

    [Theory]
    [InlineData(true, false, TlsAlert.AccessDenied)]
    [InlineData(false, false, TlsAlert.AccessDenied)]
    [InlineData(true, true, TlsAlert.InternalError)]
    [InlineData(false, true, TlsAlert.InternalError)]
    [Clause("HT-AUTH-4")]
    [Clause("HT-ALERT-1")]
    [Clause("HT-SHELL-8")]
    public async Task A_callback_refuses_a_peer_or_fails(bool judgesServer, bool fails, TlsAlert alert)
    {
        PeerValidation validation = TestIdentities.TrustRoot.WithCallback((_, _) =>
            fails ? throw new IOException("no answer") : ValueTask.FromResult(PeerVerdict.Refuse("on the list", TlsAlert.AccessDenied)));
        await using TlsPair pair = TlsPair.CreateRaw();
        Task server = pair.AuthenticateServerAsync(MutualServer(judgesServer ? TestIdentities.TrustRoot : validation));
        Task client = pair.AuthenticateClientAsync(MutualClient(judgesServer ? validation : TestIdentities.TrustRoot));
        HybridTlsException judge = await Assert.ThrowsAsync<HybridTlsException>(() => judgesServer ? client : server);
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)alert), (judge.Failure, judge.Alert));
        Assert.Contains(fails ? "no answer" : "on the list", judge.Message, StringComparison.Ordinal);

        // A client is through with its handshake before the server judges it: it reads the alert.
        HybridTlsException judged = await Assert.ThrowsAsync<HybridTlsException>(async () =>
        {
            await (judgesServer ? server : client);
            await pair.Client.ReadExactlyAsync(new byte[1], Token);
        });
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)alert), (judged.Failure, judged.Alert));
    }

    [Fact]
    [Clause("HT-NEG-8")]
    public async Task No_options_for_a_name_refuse_it()
    {
        HybridTlsException ours = await FailServerAsync<HybridTlsException>(
            new HybridTlsServerOptions { SelectOptions = (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(null) }, TlsAlert.UnrecognizedName);
        Assert.Contains("localhost", ours.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-SHELL-8")]
    public async Task A_selector_that_fails_is_an_internal_error_to_the_peer_and_the_hosts_own_exception_here()
    {
        static HybridTlsServerOptions Throwing(Exception exception) => new() { SelectOptions = (_, _) => ValueTask.FromException<HybridTlsServerOptions?>(exception) };

        await FailServerAsync<FileNotFoundException>(Throwing(new FileNotFoundException("no such certificate")), TlsAlert.InternalError);
        await FailServerAsync<UnreachableException>(Throwing(new UnreachableException()), TlsAlert.InternalError);
        await FailServerAsync<TaskCanceledException>(Throwing(new TaskCanceledException()), TlsAlert.InternalError);
        await FailServerAsync<ObjectDisposedException>(Throwing(new ObjectDisposedException("store")), TlsAlert.InternalError);
        InvalidOperationException incomplete = await FailServerAsync<InvalidOperationException>(
            new HybridTlsServerOptions { SelectOptions = (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(new HybridTlsServerOptions()) }, TlsAlert.InternalError);
        Assert.Contains("Credential", incomplete.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-NEG-8")]
    public async Task Selected_options_bring_their_own_limits()
    {
        HybridTlsServerOptions outer = new()
        {
            MaxCertificateMessageSize = 2048,
            SelectOptions = (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(MutualServer(TestIdentities.TrustRoot)),
        };
        await using TlsPair pair = await TlsPair.CreateAsync(outer, MutualClient(TestIdentities.TrustRoot));
        Assert.True(pair.Server.Parameters.IsPeerAuthenticated);
    }

    private static HybridTlsCredential CreateRemote(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> signer)
    {
        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(TestIdentities.Server.Certificates[0].Span);
        return HybridTlsCredential.CreateRemote([certificate], signer);
    }

    private static HybridTlsServerOptions MutualServer(PeerValidation validation) => TestIdentities.ServerOptions(options =>
    {
        options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
        options.PeerValidation = validation;
    });

    private static HybridTlsClientOptions MutualClient(PeerValidation validation) => TestIdentities.ClientOptions(options =>
    {
        options.Credential = TestIdentities.Client;
        options.PeerValidation = validation;
    });

    private static Task<TlsPair> CreateMutualAsync(bool judgesServer, PeerValidation validation) => TlsPair.CreateAsync(
        MutualServer(judgesServer ? TestIdentities.TrustRoot : validation), MutualClient(judgesServer ? validation : TestIdentities.TrustRoot));

    /// <summary>The server's handshake fails; the client receives <paramref name="alert"/>.</summary>
    private static async Task<TException> FailServerAsync<TException>(HybridTlsServerOptions options, TlsAlert alert)
        where TException : Exception
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        Task server = pair.AuthenticateServerAsync(options);
        Task client = pair.AuthenticateClientAsync();
        TException ours = await Assert.ThrowsAsync<TException>(() => server);
        HybridTlsException theirs = await Assert.ThrowsAsync<HybridTlsException>(() => client);
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)alert), (theirs.Failure, theirs.Alert));
        return ours;
    }
}

using System.Net;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Who the client is.</summary>
public sealed class ClientCertificateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ClientAuthenticationMode.NoCertificate, true, "")]
    [InlineData(ClientAuthenticationMode.AllowCertificate, true, "CN=client")]
    [InlineData(ClientAuthenticationMode.AllowCertificate, false, "")]
    [InlineData(ClientAuthenticationMode.RequireCertificate, true, "CN=client")]
    public async Task The_request_has_the_clients_certificate(ClientAuthenticationMode mode, bool sends, string expected)
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static async (HttpContext context) =>
                context.Connection.ClientCertificate == await context.Connection.GetClientCertificateAsync()
                    ? context.Connection.ClientCertificate?.Subject ?? ""
                    : "two certificates"),
            options =>
            {
                options.ClientCertificateMode = mode;
                options.PeerValidation = TestIdentities.TrustRoot;
            });
        using HttpClient client = host.CreateClient(options => options.Credential = sends ? TestIdentities.Client : null);
        Assert.Equal(expected, await client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task A_client_without_the_required_certificate_is_refused()
    {
        TaskCompletionSource<FailedHandshake> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static () => "never"),
            options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TestIdentities.TrustRoot;
                options.OnHandshakeFailed = failure => failed.TrySetResult(failure);
            });
        using HttpClient client = host.CreateClient();
        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Contains("CertificateRequired", exception.ToString(), StringComparison.Ordinal);
        FailedHandshake failure = await failed.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal((HandshakeFailureReason.AlertSent, TlsAlert.CertificateRequired), (failure.Reason, failure.Alert));
        Assert.Equal("localhost", failure.ClientHello?.ServerName);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)failure.Connection.RemoteEndPoint!).Address.MapToIPv4());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_may_choose_by_what_the_server_asks_for(bool chooses)
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static (HttpContext context) => context.Connection.ClientCertificate?.Subject ?? "nobody"),
            static options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                options.PeerValidation = TestIdentities.TrustRoot;
                options.SendCertificateAuthorities = true;
            });
        List<CertificateRequestInfo> requests = [];
        using HttpClient client = host.CreateClient(options => options.SelectCredential = request =>
        {
            requests.Add(request);
            return chooses ? TestIdentities.Client : null;
        });
        Assert.Equal(chooses ? "CN=client" : "nobody", await client.GetStringAsync("/", Token));
        CertificateRequestInfo asked = Assert.Single(requests);
        Assert.Equal((false, (ushort)SignatureScheme.MLDsa65), (asked.RawPublicKey, Assert.Single(asked.SignatureSchemes)));
        Assert.Equal(TestIdentities.Authority.Certificate.SubjectName.RawData, Assert.Single(asked.CertificateAuthorities).ToArray());
    }

    [Fact]
    public async Task A_session_of_one_chooser_is_not_resumed_by_another()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static (HttpContext context) =>
                $"{context.Connection.ClientCertificate?.Subject ?? "nobody"} {context.Features.Get<IHybridTlsFeature>()!.IsResumed}"),
            static options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                options.PeerValidation = TestIdentities.TrustRoot;
            });
        ClientSessionCache cache = new();
        bool sends = true;
        Func<CertificateRequestInfo, HybridTlsCredential?> one = _ => sends ? TestIdentities.Client : null, other = static _ => null;
        Assert.Equal("CN=client False", await GetAsync(one));
        Assert.Equal("CN=client True", await GetAsync(one));
        Assert.Equal("nobody False", await GetAsync(other));
        Assert.Equal("nobody False", await GetAsync(null));
        Assert.Equal("nobody True", await GetAsync(other));

        async Task<string> GetAsync(Func<CertificateRequestInfo, HybridTlsCredential?>? chooser)
        {
            using HttpClient client = host.CreateClient(options =>
            {
                options.SelectCredential = chooser;
                options.SessionCache = cache;
            });
            return await client.GetStringAsync("/", Token);
        }
    }

    [Fact]
    public async Task A_raw_public_key_is_in_our_feature()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static (HttpContext context) =>
                Convert.ToHexString(context.Features.GetRequiredFeature<IHybridTlsFeature>().PeerRawPublicKey.Span)
                + (context.Connection.ClientCertificate is null ? "" : " and a certificate")),
            static options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.AcceptRawPublicKeys = true;
                options.PeerValidation = TestIdentities.PinClient;
            });
        using HttpClient client = host.CreateClient(static options => options.Credential = TestIdentities.RawClient);
        Assert.Equal(Convert.ToHexString(TestIdentities.RawClient.SubjectPublicKeyInfo.Span), await client.GetStringAsync("/", Token));
    }
}

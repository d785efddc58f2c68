using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using HybridTls.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.AspNetCore;

/// <summary>The handshake's verdict as a user.</summary>
public sealed class AuthenticationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clients_certificate_makes_a_user_with_the_claims_of_certificate_authentication()
    {
        await using WebHost host = await StartAsync();
        using HttpClient client = host.CreateClient(static options => options.Credential = TestIdentities.Client);
        string[] claims = (await client.GetStringAsync("/claims", Token)).Split('\n');
        Assert.Contains("scheme HybridTls", claims);
        Assert.Contains("issuer CN=HybridTls test root", claims);
        Assert.Contains($"{ClaimTypes.X500DistinguishedName} CN=client", claims);
        Assert.Contains($"{ClaimTypes.Name} client", claims);
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(TestIdentities.Client.Certificates[0].Span);
        Assert.Contains($"{ClaimTypes.Thumbprint} {certificate.Thumbprint}", claims);
        Assert.Contains($"{ClaimTypes.SerialNumber} {certificate.SerialNumber}", claims);
        Assert.Contains(claims, static claim => claim.StartsWith($"{ClaimTypes.Dns} a-long-name-in-many-certificates-0.test", StringComparison.Ordinal));

        // On a resumed connection, too: the verdict was reached again.
        using HttpClient again = host.CreateClient(static options => options.Credential = TestIdentities.Client);
        Assert.Equal(claims, (await again.GetStringAsync("/claims", Token)).Split('\n'));
    }

    [Fact]
    public async Task A_raw_public_key_makes_a_user_of_its_hash()
    {
        await using WebHost host = await StartAsync(options =>
        {
            options.PeerValidation = TestIdentities.PinClient;
            options.AcceptRawPublicKeys = true;
        });
        using HttpClient client = host.CreateClient(static options => options.Credential = TestIdentities.RawClient);
        string[] claims = (await client.GetStringAsync("/claims", Token)).Split('\n');
        string hash = Convert.ToHexStringLower(SHA256.HashData(TestIdentities.RawClient.SubjectPublicKeyInfo.Span));
        Assert.Equal(["scheme HybridTls", $"{ClaimTypes.NameIdentifier} {hash}", $"{ClaimTypes.Hash} {hash}"], claims);
    }

    [Theory]
    [InlineData("/claims", HttpStatusCode.Forbidden)]
    [InlineData("/open", HttpStatusCode.OK)]
    public async Task A_client_without_a_certificate_is_nobody(string path, HttpStatusCode expected)
    {
        await using WebHost host = await StartAsync();
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response = await client.GetAsync(path, Token);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_certificate_that_the_handshake_did_not_judge_makes_no_user()
    {
        // What a middleware for forwarded certificates does, with a header that anybody can send.
        await using WebHost host = await StartAsync(before: static app => app.Use(static (context, next) =>
        {
            context.Features.Get<ITlsConnectionFeature>()!.ClientCertificate =
                System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(TestIdentities.Client.Certificates[0].Span);
            return next(context);
        }));
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/claims", Token);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("adds", HttpStatusCode.OK)]
    [InlineData("refuses", HttpStatusCode.Forbidden)]
    [InlineData("throws", HttpStatusCode.Forbidden)]
    public async Task The_application_has_the_last_word(string what, HttpStatusCode expected)
    {
        Exception? failure = null;
        await using WebHost host = await StartAsync(configure: options => options.Events = new HybridTlsAuthenticationEvents
        {
            OnPeerValidated = context =>
            {
                Assert.Equal("CN=client", context.ClientCertificate!.Subject);
                Assert.Equal(64, context.PublicKeyHash.Length);
                switch (what)
                {
                    case "adds":
                        ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim(ClaimTypes.Role, "clerk"));
                        break;
                    case "refuses":
                        context.Fail("left the company");
                        break;
                    default:
                        throw new InvalidOperationException("the directory is down");
                }

                return Task.CompletedTask;
            },
            OnAuthenticationFailed = context =>
            {
                failure = context.Exception;
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
        });
        using HttpClient client = host.CreateClient(static options => options.Credential = TestIdentities.Client);
        using HttpResponseMessage response = await client.GetAsync("/claims", Token);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(what == "throws", failure is not null);
        using HttpResponseMessage clerk = await client.GetAsync("/clerk", Token);
        Assert.Equal(what == "adds" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, clerk.StatusCode);
    }

    [Fact]
    public async Task A_challenge_can_be_answered_otherwise()
    {
        await using WebHost host = await StartAsync(configure: static options => options.Events = new HybridTlsAuthenticationEvents
        {
            OnChallenge = static context =>
            {
                context.HandleResponse();
                context.Response.StatusCode = StatusCodes.Status418ImATeapot;
                return Task.CompletedTask;
            },
        });
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/claims", Token);
        Assert.Equal(418, (int)response.StatusCode);
    }

    private static Task<WebHost> StartAsync(
        Action<HybridTlsServerOptions>? tls = null, Action<HybridTlsAuthenticationOptions>? configure = null, Action<WebApplication>? before = null) =>
        WebHost.StartAsync(
            app =>
            {
                before?.Invoke(app);
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/open", static () => "for all");
                app.MapGet("/clerk", [Authorize(Roles = "clerk")] () => "for clerks");
                app.MapGet("/claims", [Authorize] (ClaimsPrincipal user) => string.Join('\n',
                    user.Claims.Select(static claim => $"{claim.Type} {claim.Value}").Prepend($"scheme {user.Identity!.AuthenticationType}")));
            },
            options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                options.PeerValidation = TestIdentities.TrustRoot;
                tls?.Invoke(options);
            },
            build: builder =>
            {
                builder.Services.AddAuthentication(HybridTlsAuthenticationDefaults.AuthenticationScheme).AddHybridTls(configure);
                builder.Services.AddAuthorization();
            });
}

using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HybridTls.AspNetCore.Tests;

/// <summary>ASP.NET behaves as under <c>UseHttps</c>.</summary>
public sealed class KestrelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_over_HTTP_1_is_https_and_says_what_protects_it()
    {
        await using WebHost host = await WebHost.StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
            ITlsHandshakeFeature handshake = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
            return string.Join(
                ' ', context.Request.Protocol, context.Request.Scheme, context.Request.IsHttps, tls.Group, tls.SignatureScheme,
                handshake.Protocol == SslProtocols.Tls13, handshake.NegotiatedCipherSuite == tls.CipherSuite, handshake.HostName,
                tls.HandshakeDuration > TimeSpan.Zero, tls.ClientHello?.ServerName, tls.GetChannelBinding().Length,
                context.Connection.ClientCertificate is null);
        }));
        using HttpClient client = host.CreateClient();
        Assert.Equal(
            "HTTP/1.1 https True X25519MLKem768 MLDsa65 True True localhost True localhost 32 True", await client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task HTTP_2_comes_by_ALPN()
    {
        await using WebHost host = await WebHost.StartAsync(
            app => app.MapGet("/", (HttpContext context) => $"{context.Request.Protocol} {context.Features.Get<ITlsConnectionFeature>() is not null}"),
            kestrel: options => options.AllowAlternateSchemes = true);
        using HttpClient client = host.CreateHttp2Client();
        Assert.Equal("HTTP/2 True", await client.GetStringAsync("/", Token));
    }
}

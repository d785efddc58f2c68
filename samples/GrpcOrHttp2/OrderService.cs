using System.Net;
using System.Text;
using HybridTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace GrpcOrHttp2;

/// <summary>The service that is called.</summary>
internal static class OrderService
{
    public static async Task<WebApplication> StartAsync(HybridTlsCredential credential, PeerValidation callers)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseHybridTls(tls =>
            {
                tls.Credential = credential;
                tls.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                tls.PeerValidation = callers;
            });
        }));
        WebApplication application = builder.Build();
        application.MapGet("/orders/{number:int}", static (HttpContext context, int number) =>
            $"order {number} for {context.Connection.ClientCertificate?.Subject} on connection {context.Connection.Id}");
        application.MapGet("/protection", static (HttpContext context) => context.Features.GetRequiredFeature<IHybridTlsFeature>().Group.ToString());
        application.MapPost("/shout", ShoutAsync);
        await application.StartAsync();
        return application;
    }

    /// <summary>Answers each line as it comes: request and response flow at the same time, as in a gRPC duplex call.</summary>
    private static async Task ShoutAsync(HttpContext context)
    {
        // A caller may think for as long as he likes between two lines.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using StreamReader lines = new(context.Request.Body);
        while (await lines.ReadLineAsync(context.RequestAborted) is { } line)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line.ToUpperInvariant() + "\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

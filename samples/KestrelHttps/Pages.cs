using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using HybridTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelHttps;

/// <summary>What the server answers.</summary>
internal static class Pages
{
    private const int DownloadSize = 50 << 20;
    private static readonly byte[] Block = RandomNumberGenerator.GetBytes(64 << 10);
    private static readonly string DownloadHash = HashOfDownload();

    public static void MapPages(this WebApplication application, CertificateChain chain)
    {
        application.MapGet("/", (HttpContext context) => Results.Content(ConnectionPage.Render(context, chain, null), "text/html; charset=utf-8"));
        application.MapPost("/form", (Delegate)((HttpContext context) => PostFormAsync(context, chain)));
        application.MapGet("/connection", static (HttpContext context) => Results.Json(Describe(context)));
        application.MapGet("/download", DownloadAsync);
        application.MapPost("/checksum", (Delegate)ChecksumAsync);
        application.Map("/echo", EchoAsync);
    }

    private static async Task<IResult> PostFormAsync(HttpContext context, CertificateChain chain)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        return Results.Content(ConnectionPage.Render(context, chain, form["message"].ToString()), "text/html; charset=utf-8");
    }

    /// <summary>The page's facts for programs.</summary>
    private static Dictionary<string, string> Describe(HttpContext context)
    {
        IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
        return new()
        {
            ["protocol"] = context.Request.Protocol,
            ["group"] = Names.Of(tls.Group),
            ["signature"] = Names.Of(tls.SignatureScheme),
            ["cipher"] = Names.Of(tls.CipherSuite),
            ["handshakeMilliseconds"] = tls.HandshakeDuration.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture),
            ["resumed"] = tls.IsResumed ? "yes" : "no",
            ["connection"] = context.Connection.Id,
        };
    }

    private static async Task DownloadAsync(HttpContext context)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = DownloadSize;
        context.Response.Headers["X-Sha256"] = DownloadHash;
        context.Response.Headers.ContentDisposition = "attachment; filename=hybridtls-50MiB.bin";
        for (int sent = 0; sent < DownloadSize; sent += Block.Length)
            await context.Response.Body.WriteAsync(Block, context.RequestAborted);
    }

    private static async Task<IResult> ChecksumAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 << 10];
        long size = 0;
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
        {
            hash.AppendData(buffer, 0, count);
            size += count;
        }

        return Results.Json(new Dictionary<string, string>
        {
            ["size"] = size.ToString(CultureInfo.InvariantCulture),
            ["sha256"] = Convert.ToHexStringLower(hash.GetHashAndReset()),
        });
    }

    private static async Task EchoAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        byte[] buffer = new byte[16 << 10];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private static string HashOfDownload()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int hashed = 0; hashed < DownloadSize; hashed += Block.Length)
            hash.AppendData(Block);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

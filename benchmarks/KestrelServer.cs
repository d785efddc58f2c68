using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HybridTls.Benchmarks;

/// <summary>One Kestrel with two endpoints that answer alike: <c>UseHybridTls</c>, and <c>UseHttps</c> with an ECDSA P-256 certificate.</summary>
internal static class KestrelServer
{
    /// <summary>The hidden command that runs it.</summary>
    public const string CommandName = "kestrel-server";

    /// <summary>The path of the answer of 1 KiB.</summary>
    public const string SmallPath = "/1k";

    /// <summary>The path of the answer of 1 MiB.</summary>
    public const string LargePath = "/1m";

    /// <summary>The size of the small answer in bytes.</summary>
    public const int SmallSize = 1024;

    /// <summary>The size of the large answer in bytes.</summary>
    public const int LargeSize = 1024 * 1024;

    /// <summary>The one suite that both endpoints use.</summary>
    public static TlsCipherSuite Suite => TlsCipherSuite.TLS_AES_256_GCM_SHA384;

    /// <summary>The same for SslStream; Windows takes the machine's setting.</summary>
    public static CipherSuitesPolicy? Policy { get; } = OperatingSystem.IsWindows() ? null : new CipherSuitesPolicy([Suite]);

    /// <summary>Serves until the standard input ends; says first where, and whom to trust.</summary>
    public static async Task RunAsync()
    {
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["localhost"] });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        using X509Certificate2 classical = CreateClassicalCertificate();

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHybridTls(options =>
            {
                options.Credential = credential;
                options.CipherSuites = [Suite];
            }));
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(https =>
            {
                https.ServerCertificate = classical;
                https.SslProtocols = SslProtocols.Tls13;
                https.OnAuthenticate = static (_, options) =>
                {
                    options.CipherSuitesPolicy = Policy;
                    options.AllowTlsResume = false; // both make full handshakes
                };
            }));
        });
        await using WebApplication application = builder.Build();
        byte[] small = new byte[SmallSize], large = new byte[LargeSize];
        RandomNumberGenerator.Fill(large);
        application.Run(context =>
        {
            byte[] body = context.Request.Path == LargePath ? large : small;
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body).AsTask();
        });
        await application.StartAsync();
        int[] ports = [.. application.Urls.Select(url => new Uri(url).Port)];
        Console.WriteLine($"{ports[0]} {ports[1]} {Convert.ToBase64String(certificate.RawData)} {Convert.ToBase64String(classical.RawData)}");
        await Task.Run(Console.In.ReadToEnd);
        await application.StopAsync();
    }

    private static X509Certificate2 CreateClassicalCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using HybridTls;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelHttps;

/// <summary>The page that tells a person what protects the connection it came over. Its text is <c>page.html</c>.</summary>
internal static class ConnectionPage
{
    private static readonly string Template = ReadTemplate();

    /// <summary>Writes the page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="chain">The server's certificate and the authority above it.</param>
    /// <param name="posted">What the visitor sent with the form; null if nothing.</param>
    public static string Render(HttpContext context, CertificateChain chain, string? posted)
    {
        IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
        ITlsHandshakeFeature handshake = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
        StringBuilder page = new(Template);
        Fill(page, "group", Names.Of(tls.Group));
        Fill(page, "signature", Names.Of(tls.SignatureScheme));
        Fill(page, "cipher", handshake.NegotiatedCipherSuite is { } suite ? Names.Of(suite) : "unknown");
        Fill(page, "cipher-name", CipherName(tls));
        Fill(page, "http", context.Request.Protocol);
        Fill(page, "handshake", tls.HandshakeDuration.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture) + " ms");
        Fill(page, "resumed", tls.IsResumed ? "resumed from a ticket" : "full handshake");
        Fill(page, "server-name", handshake.HostName is { Length: > 0 } name ? name : "none");
        Fill(page, "binding", Convert.ToHexStringLower(tls.GetChannelBinding()));
        Fill(page, "connection", context.Connection.Id);
        Fill(page, "posted", posted is null ? "" : $"The server received: {posted}");
        FillCertificate(page, "leaf", chain.Server);
        FillCertificate(page, "root", chain.Authority);
        return page.ToString();
    }

    private static string CipherName(IHybridTlsFeature tls) => tls.CipherSuite switch
    {
        System.Net.Security.TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256 => "ChaCha20-Poly1305",
        System.Net.Security.TlsCipherSuite.TLS_AES_128_GCM_SHA256 => "AES-128-GCM",
        _ => "AES-256-GCM",
    };

    private static void FillCertificate(StringBuilder page, string which, X509Certificate2 certificate)
    {
        Fill(page, which + "-subject", certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Fill(page, which + "-issuer", certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true));
        Fill(page, which + "-names", string.Join(
            ", ",
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString())))));
        Fill(page, which + "-until", certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Fill(page, which + "-size", certificate.RawDataMemory.Length.ToString("N0", CultureInfo.InvariantCulture) + " bytes");
        Fill(page, which + "-hash", certificate.GetCertHashString(HashAlgorithmName.SHA256));
    }

    private static void Fill(StringBuilder page, string name, string value) =>
        page.Replace("{{" + name + "}}", HtmlEncoder.Default.Encode(value));

    private static string ReadTemplate()
    {
        using Stream stream = typeof(ConnectionPage).Assembly.GetManifestResourceStream("page.html")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}

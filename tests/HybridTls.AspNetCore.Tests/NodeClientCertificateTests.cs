using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Who the client is, when it is Node.</summary>
public sealed class NodeClientCertificateTests
{
    [Theory]
    [InlineData(ClientAuthenticationMode.NoCertificate, true, "nobody")]
    [InlineData(ClientAuthenticationMode.AllowCertificate, false, "nobody")]
    [InlineData(ClientAuthenticationMode.AllowCertificate, true, "CN=node")]
    [InlineData(ClientAuthenticationMode.RequireCertificate, true, "CN=node")]
    public async Task The_request_has_Nodes_certificate(ClientAuthenticationMode mode, bool sends, string expected)
    {
        await using WebHost host = await StartAsync(mode);
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement answer = await node.RequestAsync(Request(host, sends ? NewClient(TestIdentities.Authority) : null));
        Assert.Equal(expected, answer.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData(false, TlsAlert.CertificateRequired)]
    [InlineData(true, TlsAlert.UnknownCa)]
    public async Task Node_is_refused_without_a_certificate_and_with_a_strangers(bool sendsStrangers, TlsAlert alert)
    {
        await using WebHost host = await StartAsync(ClientAuthenticationMode.RequireCertificate);
        await using NodePeer node = NodePeer.Start("http-peer.js");
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using CertificateAuthority stranger = CertificateAuthority.CreateRoot("CN=stranger", key);
        JsonElement answer = await node.RequestAsync(Request(host, sendsStrangers ? NewClient(stranger) : null));
        Assert.Equal((int)alert, answer.GetProperty("alert").GetInt32());
    }

    private static Task<WebHost> StartAsync(ClientAuthenticationMode mode) => WebHost.StartAsync(
        static app => app.MapGet("/", static (HttpContext context) => context.Connection.ClientCertificate?.Subject ?? "nobody"),
        options =>
        {
            options.ClientCertificateMode = mode;
            options.PeerValidation = TestIdentities.TrustRoot;
        });

    private static JsonObject Request(WebHost host, (string Certificate, string Key)? client) => new()
    {
        ["op"] = "get",
        ["path"] = "/",
        ["port"] = host.Port,
        ["ca"] = TestIdentities.Authority.Certificate.ExportCertificatePem(),
        ["cert"] = client?.Certificate,
        ["key"] = client?.Key,
    };

    private static (string Certificate, string Key) NewClient(CertificateAuthority authority)
    {
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = authority.Issue(
            key, new CertificateProfile { Subject = new X500DistinguishedName("CN=node"), Purposes = CertificatePurposes.Client });
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace HybridTls.Tests.Samples;

/// <summary>Our <see cref="HybridTlsHttpHandler"/> against Node's https server.</summary>
public sealed class NodeServerTests : IDisposable
{
    private readonly MLDsa _rootKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private readonly CertificateAuthority _authority;

    public NodeServerTests() => _authority = CertificateAuthority.CreateRoot("CN=test root", _rootKey);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_HttpClient_gets_and_posts_on_one_connection()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        int connected = 0;
        using HybridTlsHttpHandler handler = new(new HybridTlsClientOptions { PeerValidation = PeerValidation.TrustAnchors(_authority.Certificate) });
        handler.OnConnected = (_, _, _) => connected++;
        using HttpClient client = new(handler) { BaseAddress = await StartAsync(node) };
        JsonNode got = (await client.GetFromJsonAsync<JsonNode>("/", Token))!;
        Assert.Equal("GET", (string?)got["method"]);

        byte[] body = RandomNumberGenerator.GetBytes(5 << 20);
        using ByteArrayContent content = new(body);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        JsonNode posted = (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!;
        Assert.Equal((body.Length, Convert.ToHexStringLower(SHA256.HashData(body))), ((int)posted["size"]!, (string)posted["sha256"]!));
        Assert.Equal((int)got["port"]!, (int)posted["port"]!);
        Assert.Equal(1, connected);
    }

    [Fact]
    public async Task Our_HttpClient_proves_who_it_is()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = _authority.Issue(
            key, new CertificateProfile { Subject = new X500DistinguishedName("CN=our client"), Purposes = CertificatePurposes.Client });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        using HybridTlsHttpHandler handler = new(
            new HybridTlsClientOptions { PeerValidation = PeerValidation.TrustAnchors(_authority.Certificate), Credential = credential });
        using HttpClient client = new(handler) { BaseAddress = await StartAsync(node, _authority.Certificate.ExportCertificatePem()) };
        JsonNode got = (await client.GetFromJsonAsync<JsonNode>("/", Token))!;
        Assert.Equal(("our client", true), ((string)got["client"]!, (bool)got["authorized"]!));
    }

    [Fact]
    public async Task Our_HttpClient_refuses_another_name()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        using HybridTlsHttpHandler handler = new(
            new HybridTlsClientOptions { PeerValidation = PeerValidation.TrustAnchors(_authority.Certificate), TargetHost = "elsewhere.test" });
        using HttpClient client = new(handler) { BaseAddress = await StartAsync(node) };
        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Equal(HybridTlsFailure.AlertSent, Assert.IsType<HybridTlsException>(exception.InnerException).Failure);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _rootKey.Dispose();
    }

    private async Task<Uri> StartAsync(NodePeer node, string? clientAuthority = null)
    {
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = _authority.Issue(key, new CertificateProfile { Names = ["localhost"] });
        int port = (await node.RequestAsync(new JsonObject
        {
            ["op"] = "listen",
            ["cert"] = certificate.ExportCertificatePem(),
            ["key"] = key.ExportPkcs8PrivateKeyPem(),
            ["ca"] = clientAuthority,
        })).GetProperty("port").GetInt32();
        return new Uri($"https://localhost:{port}");
    }
}

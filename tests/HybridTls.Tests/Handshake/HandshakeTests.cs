using System.Net.Security;
using HybridTls.Handshake;

namespace HybridTls.Tests.Handshake;

public sealed class HandshakeTests
{
    [Fact]
    [Clause("HT-KEY-4")]
    [Clause("HT-NEG-7")]
    public async Task Both_sides_agree_on_parameters_and_exporters()
    {
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(options => options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]),
            TestIdentities.ClientOptions(options => options.ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2]));
        await pair.RunAsync();

        NegotiatedParameters client = pair.Client.Parameters!, server = pair.Server.Parameters!;
        Assert.Equal(TlsCipherSuite.TLS_AES_256_GCM_SHA384, client.CipherSuite);
        Assert.Equal(client.CipherSuite, server.CipherSuite);
        Assert.Equal(SslApplicationProtocol.Http2, client.ApplicationProtocol);
        Assert.Equal(SslApplicationProtocol.Http2, server.ApplicationProtocol);
        Assert.Equal("localhost", server.ServerName);
        Assert.True(client.IsPeerAuthenticated);
        Assert.False(server.IsPeerAuthenticated);
        Assert.Equal(TestIdentities.Server.Certificates[0].ToArray(), client.PeerCertificates[0].ToArray());
        Assert.False(client.UsedHelloRetryRequest);

        byte[] ours = new byte[40], theirs = new byte[40];
        pair.Client.Established.Secrets.Export("EXPORTER-test", "context"u8, ours);
        pair.Server.Established.Secrets.Export("EXPORTER-test", "context"u8, theirs);
        Assert.Equal(ours, theirs);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [Clause("HT-WIRE-3")]
    public async Task Each_cipher_suite_works(TlsCipherSuite suite)
    {
        using HandshakePair pair = new(client: TestIdentities.ClientOptions(options => options.CipherSuites = [suite]));
        await pair.RunAsync();
        Assert.Equal(suite, pair.Client.Parameters!.CipherSuite);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-AUTH-1")]
    [Clause("HT-AUTH-6")]
    public async Task A_client_authenticates_itself(bool retry)
    {
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.SendCertificateAuthorities = true;
            }),
            TestIdentities.ClientOptions(options => options.Credential = TestIdentities.Client),
            retry);
        await pair.RunAsync();
        Assert.True(pair.Server.Parameters!.IsPeerAuthenticated);
        Assert.Equal(TestIdentities.Client.SubjectPublicKeyInfo.ToArray(), pair.Server.Parameters.PeerPublicKey.ToArray());
        Assert.Equal(retry, pair.Server.Parameters.UsedHelloRetryRequest);
        Assert.Equal(retry, pair.Client.Parameters!.UsedHelloRetryRequest);
    }

    [Fact]
    [Clause("HT-AUTH-9")]
    public async Task Raw_public_keys_authenticate_both_sides()
    {
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(options =>
            {
                options.Credential = TestIdentities.RawServer;
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TestIdentities.PinClient;
                options.AcceptRawPublicKeys = true;
            }),
            TestIdentities.ClientOptions(options =>
            {
                options.Credential = TestIdentities.RawClient;
                options.PeerValidation = TestIdentities.PinServer;
                options.AcceptRawPublicKeys = true;
            }));
        await pair.RunAsync();
        Assert.True(pair.Client.Parameters!.PeerUsedRawPublicKey);
        Assert.True(pair.Server.Parameters!.PeerUsedRawPublicKey);
        Assert.Equal(TestIdentities.RawServer.SubjectPublicKeyInfo.ToArray(), pair.Client.Parameters.PeerPublicKey.ToArray());
        Assert.Empty(pair.Client.Parameters.PeerCertificates);
    }

    [Theory]
    [InlineData(CertificateCompression.Brotli)]
    [InlineData(CertificateCompression.Zlib)]
    [Clause("HT-CMP-1")]
    public async Task Certificates_are_compressed_both_ways(CertificateCompression compression)
    {
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(options =>
            {
                options.CertificateCompression = compression;
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            }),
            TestIdentities.ClientOptions(options =>
            {
                options.CertificateCompression = CertificateCompression.Brotli | CertificateCompression.Zlib;
                options.Credential = TestIdentities.Client;
            }));
        await pair.RunAsync();
        Assert.True(pair.Client.Parameters!.IsPeerAuthenticated && pair.Server.Parameters!.IsPeerAuthenticated);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(1000)]
    [Clause("HT-HS-6")]
    public async Task Delivery_in_pieces_changes_nothing(int size)
    {
        using HandshakePair pair = new() { Cut = available => Math.Min(size, available) };
        await pair.RunAsync();
        Assert.True(pair.Client.Parameters!.IsPeerAuthenticated);
    }
}

using System.Net.Security;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Options that cannot work are refused before anything is sent, and the message names the one to change.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, Action<HybridTlsClientOptions>> ClientFaults => new()
    {
        { "PeerValidation is not set", options => options.PeerValidation = null },
        { "TargetHost is not set", options => options.TargetHost = null },
        { "TargetHost is \"not a name\"", options => options.TargetHost = "not a name" },
        { "CipherSuites", options => options.CipherSuites = [] },
        { "CipherSuites", options => options.CipherSuites = [TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] },
        { "ApplicationProtocols", options => options.ApplicationProtocols = [default] },
        { "RecordSizeLimit is 63", options => options.RecordSizeLimit = 63 },
        { "RecordSizeLimit is 16385", options => options.RecordSizeLimit = 16385 },
        { "MaxCertificateMessageSize", options => options.MaxCertificateMessageSize = 100 },
        { "MaxCertificateMessageSize", options => options.MaxCertificateMessageSize = 1 << 24 },
        { "KeyUpdateAfterRecords", options => options.KeyUpdateAfterRecords = 0 },
        { "KeyUpdateAfterBytes", options => options.KeyUpdateAfterBytes = 0 },
        { "KeyUpdateAfter must", options => options.KeyUpdateAfter = TimeSpan.Zero },
        { "HandshakeTimeout", options => options.HandshakeTimeout = TimeSpan.Zero },
        { "HandshakeTimeout", options => options.HandshakeTimeout = TimeSpan.MaxValue },
        { "TimeProvider", options => options.TimeProvider = null! },
        { "AcceptRawPublicKeys", options => options.AcceptRawPublicKeys = true },
    };

    public static TheoryData<string, Action<HybridTlsServerOptions>> ServerFaults => new()
    {
        { "Credential is not set", options => options.Credential = null },
        { "ClientCertificateMode is RequireCertificate, but PeerValidation", options => (options.ClientCertificateMode, options.PeerValidation) = (ClientAuthenticationMode.RequireCertificate, null) },
        { "SendCertificateAuthorities", options => (options.SendCertificateAuthorities, options.PeerValidation) = (true, TestIdentities.PinClient) },
    };

    [Theory]
    [MemberData(nameof(ClientFaults), DisableDiscoveryEnumeration = true)]
    [Clause("HT-AUTH-3")]
    [Clause("HT-SHELL-9")]
    public async Task A_client_names_the_option_to_change(string message, Action<HybridTlsClientOptions> change)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => pair.AuthenticateClientAsync(TestIdentities.ClientOptions(change)));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ServerFaults), DisableDiscoveryEnumeration = true)]
    [Clause("HT-AUTH-3")]
    [Clause("HT-SHELL-9")]
    public async Task A_server_names_the_option_to_change(string message, Action<HybridTlsServerOptions> change)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => pair.AuthenticateServerAsync(TestIdentities.ServerOptions(change)));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_changed_after_the_call_are_for_later_connections()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        HybridTlsClientOptions client = TestIdentities.ClientOptions();
        HybridTlsServerOptions server = TestIdentities.ServerOptions();
        Task connecting = pair.AuthenticateClientAsync(client);
        client.PeerValidation = null;
        client.KeyLog = static _ => Assert.Fail("A key log that the switch does not allow was written.");
        Task accepting = pair.AuthenticateServerAsync(server);
        server.Credential = null;
        await Task.WhenAll(connecting, accepting);
        Assert.True(pair.Client.Parameters.IsPeerAuthenticated);
    }

    [Fact]
    public async Task A_name_is_not_needed_where_it_is_not_checked()
    {
        await using TlsPair any = await TlsPair.CreateAsync(client: new HybridTlsClientOptions { PeerValidation = TestIdentities.TrustRoot.DangerousAnyServerName() });
        await using TlsPair pinned = await TlsPair.CreateAsync(client: new HybridTlsClientOptions { PeerValidation = TestIdentities.PinServer });
        Assert.Null(pinned.Server.Parameters.ServerName);
    }

    [Fact]
    public async Task Fewest_options_are_enough_to_connect()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(
            new HybridTlsServerOptions { Credential = TestIdentities.Server },
            new HybridTlsClientOptions { TargetHost = "localhost", PeerValidation = TestIdentities.TrustRoot });
        Assert.True(pair.Client.IsAuthenticated && pair.Server.IsAuthenticated);
    }
}

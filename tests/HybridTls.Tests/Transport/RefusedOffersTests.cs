using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Clients that offer what this profile does not have: they get a full handshake, or an alert, and never what they offer.</summary>
public sealed class RefusedOffersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 16_384)]
    [InlineData(200, 1)]
    [Clause("HT-EARLY-1")]
    [Clause("HT-PSK-1")]
    public async Task Early_data_is_skipped_and_the_handshake_goes_on(int records, int size)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        client.OfferPsk("nobody knows this one"u8, earlyData: true);
        client.WriteHello();
        client.WriteEarlyData(records, size);
        await client.FlushAsync();
        await client.FinishAsync();
        await accepting;
        Assert.DoesNotContain(ExtensionType.EarlyData, client.Accepted);
        await AssertTalkAsync(pair.Server, client);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 16_384)]
    [Clause("HT-EARLY-1")]
    public async Task Early_data_before_a_hello_retry_request_is_skipped_too(int records, int size)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        client.Hello.Set(ExtensionType.KeyShare, 0, 0);
        client.OfferPsk("nobody knows this one"u8, earlyData: true);
        client.WriteHello();
        client.WriteEarlyData(records, size);
        await client.FlushAsync();
        await client.ReadRetryAsync();
        client.Hello.Remove(ExtensionType.EarlyData);
        client.Hello.Set(ExtensionType.KeyShare, client.Share);
        client.WriteHello();
        await client.FlushAsync();
        await client.FinishAsync();
        await accepting;
        Assert.True(pair.Server.Parameters.UsedHelloRetryRequest);
        await AssertTalkAsync(pair.Server, client);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-EARLY-1")]
    public async Task Early_data_under_a_ticket_of_ours_is_skipped_too_and_the_session_resumed(bool retry)
    {
        HybridTlsServerOptions options = TestIdentities.ServerOptions();
        (byte[], byte[], uint) ticket;
        await using (TlsPair first = TlsPair.CreateRaw())
        {
            using RawClient full = new(first.ClientTransport);
            Task accepted = first.AuthenticateServerAsync(options);
            full.Hello.Set(ExtensionType.PskKeyExchangeModes, 1, 1);
            full.WriteHello();
            await full.FlushAsync();
            await full.FinishAsync();
            await accepted;
            await AssertTalkAsync(first.Server, full);
            ticket = full.Ticket; // none permits early data: RawClient looks
        }

        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync(options);
        if (retry)
            client.Hello.Set(ExtensionType.KeyShare, 0, 0);
        client.OfferTicket(ticket);
        client.WriteHello();
        client.WriteEarlyData(records: 3, size: 5000);
        await client.FlushAsync();
        if (retry)
        {
            await client.ReadRetryAsync();
            client.Hello.Remove(ExtensionType.EarlyData);
            client.Hello.Remove(ExtensionType.PreSharedKey); // whose binder would cover other messages now
            client.Hello.Set(ExtensionType.KeyShare, client.Share);
            client.WriteHello();
            await client.FlushAsync();
        }

        await client.FinishAsync();
        await accepting;
        Assert.Equal(!retry, client.IsResumed);
        Assert.Equal(!retry, pair.Server.Parameters.IsResumed);
        Assert.DoesNotContain(ExtensionType.EarlyData, client.Accepted);
        await AssertTalkAsync(pair.Server, client);
    }

    [Theory]
    [InlineData(true, 4, 16_384)]
    [InlineData(true, 257, 1)]
    [InlineData(false, 4, 16_384)]
    [InlineData(false, 257, 1)]
    [Clause("HT-EARLY-2")]
    public async Task Early_data_beyond_the_bound_ends_the_connection(bool retry, int records, int size)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        if (retry)
            client.Hello.Set(ExtensionType.KeyShare, 0, 0);
        client.OfferPsk("nobody knows this one"u8, earlyData: true);
        client.WriteHello();
        client.WriteEarlyData(records, size);
        await client.FlushAsync();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => accepting);
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.UnexpectedMessage), (exception.Failure, exception.Alert));
        Assert.Contains("early data", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-EARLY-1")]
    public async Task Early_data_that_the_hello_does_not_offer_ends_the_connection()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        client.OfferPsk("nobody knows this one"u8, earlyData: false);
        client.WriteHello();
        client.WriteEarlyData(records: 1, size: 100);
        await client.FlushAsync();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => accepting);
        Assert.Equal(TlsAlert.BadRecordMac, exception.Alert);
    }

    [Fact]
    [Clause("HT-EARLY-1")]
    public async Task Skipping_ends_with_the_clients_first_record_that_opens()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        client.OfferPsk("nobody knows this one"u8, earlyData: true);
        client.WriteHello();
        await client.FlushAsync();
        await client.FinishAsync();
        await accepting;
        await pair.ClientTransport.WriteAsync((byte[])[23, 3, 3, 0, 40, .. new byte[40]], Token);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ReadExactlyAsync(new byte[1], Token).AsTask());
        Assert.Equal(TlsAlert.BadRecordMac, exception.Alert);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Client_identity")] // OpenSSL's name for one
    [InlineData("00112233-4455-6677-8899-aabbccddeeff")]
    [Clause("HT-PSK-1")]
    public async Task A_psk_from_outside_is_answered_by_a_full_handshake(string identity)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync();
        client.OfferPsk(identity.Length == 0 ? [0] : System.Text.Encoding.UTF8.GetBytes(identity), earlyData: false);
        client.WriteHello();
        await client.FlushAsync();
        await client.FinishAsync();
        await accepting;
        Assert.Equal(
            [HandshakeType.EncryptedExtensions, HandshakeType.Certificate, HandshakeType.CertificateVerify, HandshakeType.Finished], client.Flight);
        Assert.False(pair.Server.Parameters.IsResumed);
        await AssertTalkAsync(pair.Server, client);
    }

    [Theory]
    [InlineData(ClientAuthenticationMode.NoCertificate)]
    [InlineData(ClientAuthenticationMode.AllowCertificate)]
    [Clause("HT-PHA-1")]
    public async Task An_offer_to_authenticate_later_is_not_taken(ClientAuthenticationMode mode)
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        using RawClient client = new(pair.ClientTransport);
        Task accepting = pair.AuthenticateServerAsync(TestIdentities.ServerOptions(options =>
        {
            options.ClientCertificateMode = mode;
            options.PeerValidation = TestIdentities.TrustRoot;
        }));
        client.Hello.Set(ExtensionType.PostHandshakeAuth);
        client.WriteHello();
        await client.FlushAsync();
        if (mode == ClientAuthenticationMode.AllowCertificate)
        {
            // It asks in the handshake, and only there: this client has no answer to that.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await client.FinishAsync();
                await accepting;
            });
            Assert.Contains(HandshakeType.CertificateRequest, client.Flight);
            return;
        }

        await client.FinishAsync();
        await accepting;
        Assert.DoesNotContain(HandshakeType.CertificateRequest, client.Flight);
        await AssertTalkAsync(pair.Server, client); // which would stumble over a CertificateRequest
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-PHA-2")]
    public async Task A_client_that_is_asked_later_refuses(bool overPipes)
    {
        byte[] request = [13, 0, 0, 15, 4, 1, 2, 3, 4, 0, 8, 0, 13, 0, 4, 0, 2, 9, 5];
        HybridTlsClientOptions options = TestIdentities.ClientOptions(static options => options.Credential = TestIdentities.Client);
        HybridTlsException ours, theirs;
        if (overPipes)
        {
            await using PipesPair pipes = await PipesPair.CreateAsync(client: options);
            Attacker server = new(pipes.Server.Machine, async records => await pipes.ToClient.Writer.WriteAsync(records, Token));
            server.Handshake(request);
            await server.SendAsync();
            ours = await Assert.ThrowsAsync<HybridTlsException>(async () => await pipes.Client.Input.ReadAsync(Token));
            theirs = await Assert.ThrowsAsync<HybridTlsException>(async () => await pipes.Server.Input.ReadAsync(Token));
        }
        else
        {
            await using TlsPair pair = await TlsPair.CreateAsync(client: options);
            Attacker server = new(pair.Server.Machine, records => pair.ServerTransport.WriteAsync(records, Token));
            server.Handshake(request);
            await server.SendAsync();
            ours = await Assert.ThrowsAsync<HybridTlsException>(async () => await pair.Client.ReadExactlyAsync(new byte[1], Token));
            theirs = await Assert.ThrowsAsync<HybridTlsException>(async () => await pair.Server.ReadExactlyAsync(new byte[1], Token));
        }

        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.UnexpectedMessage), (ours.Failure, ours.Alert));
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.UnexpectedMessage), (theirs.Failure, theirs.Alert));
    }

    [Theory]
    [InlineData(11)] // Certificate
    [InlineData(15)] // CertificateVerify
    [InlineData(13)] // CertificateRequest
    [InlineData(5)] // EndOfEarlyData
    [Clause("HT-PHA-2")]
    [Clause("HT-HS-1")]
    public async Task A_server_takes_no_authentication_after_the_handshake(byte type)
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        Attacker attacker = new(pair.Client.Machine, records => pair.ClientTransport.WriteAsync(records, Token));
        if (type == 5)
            attacker.Handshake(type, 0, 0, 0);
        else
            attacker.Handshake(type, 0, 0, 4, 0, 0, 0, 0);
        await attacker.SendAsync();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(async () => await pair.Server.ReadExactlyAsync(new byte[1], Token));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    private static async Task AssertTalkAsync(HybridTlsStream server, RawClient client)
    {
        byte[] received = new byte[5];
        await client.SendAsync([1, 2, 3, 4, 5]);
        await server.ReadExactlyAsync(received, Token);
        Assert.Equal([1, 2, 3, 4, 5], received);
        await server.WriteAsync(new byte[] { 6, 7 }, Token);
        Assert.Equal([6, 7], await client.ReadDataAsync());
        Assert.Equal(server.Parameters.IsResumed, client.IsResumed);
        Assert.Equal(RecordLimits.MaxInnerPlaintext, server.Machine.Reader.RecordSizeLimit);
    }
}

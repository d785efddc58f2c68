using System.Security.Cryptography;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Resumption;
using HybridTls.Tests.Handshake;
using HybridTls.Tests.Spec;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Resumption;

/// <summary>Offers of tickets as our client would not make them, but whose binders are right, and what becomes of an opened ticket.</summary>
public sealed class OfferTests : IDisposable
{
    private const int HashSize = SHA384.HashSizeInBytes;

    private readonly Visits _visits = new();

    public void Dispose() => _visits.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [Clause("HT-RES-7")]
    [Clause("HT-RES-8")]
    [Clause("HT-RES-18")]
    public void The_first_ticket_that_is_ours_is_selected_by_its_own_binder(int strangers)
    {
        using MessagePair pair = CreateOffering(strangers);
        Assert.Equal(TlsAlert.UnsupportedExtension, pair.FailWith()); // our client offered none itself
        Assert.Equal(strangers, SelectedIdentity(pair));
    }

    [Fact]
    [Clause("HT-RES-18")]
    public void A_ticket_behind_four_others_is_not_looked_at()
    {
        using MessagePair pair = CreateOffering(strangers: 4);
        pair.Fail();
        Assert.Null(SelectedIdentity(pair));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(HashSize - 1)]
    [InlineData(HashSize + 1)]
    [InlineData(255)]
    [Clause("HT-RES-7")]
    public void A_binder_of_another_length_is_a_decrypt_error(int size)
    {
        using MessagePair pair = CreateOffering(strangers: 1, size);
        Assert.Equal(TlsAlert.DecryptError, pair.FailWith());
        Assert.DoesNotContain(pair.Messages, static taken => taken.Taker == PeerRole.Client);
    }

    [Fact]
    [Clause("HT-RES-2")]
    [Clause("HT-NEG-4")]
    public void Without_signature_algorithms_a_good_ticket_resumes_and_a_bad_one_is_a_missing_extension()
    {
        using MessagePair good = CreateOffering(strangers: 0, change: static hello => hello.Remove(ExtensionType.SignatureAlgorithms));
        good.RunUntil(() => good.Server.State == ServerState.AwaitFinished);

        using RotatingTicketProtector foreign = new();
        using MessagePair bad = CreateOffering(
            strangers: 0, change: static hello => hello.Remove(ExtensionType.SignatureAlgorithms), server: options => options.TicketProtector = foreign);
        Assert.Equal(TlsAlert.MissingExtension, bad.FailWith());
        Assert.DoesNotContain(bad.Messages, static taken => taken.Taker == PeerRole.Client);
    }

    [Fact]
    [Clause("HT-RES-9")]
    public void Unknown_modes_beside_ours_are_ignored()
    {
        using MessagePair pair = CreateOffering(strangers: 0, change: static hello => hello.Set(ExtensionType.PskKeyExchangeModes, 4, 0x0B, 0, 1, 0xE4));
        pair.Fail();
        Assert.Equal(0, SelectedIdentity(pair));
    }

    [Fact]
    [Clause("HT-HRR-3")]
    public void A_ticket_may_be_left_out_of_the_second_hello_but_not_come_with_it()
    {
        _visits.VisitServer();
        using MessagePair dropped = new(_visits.Server(), _visits.Client(), retry: true);
        EditSecondHello(dropped, static (message, _) => EditableMessage.Edit(message, static hello => hello.Remove(ExtensionType.PreSharedKey)));
        dropped.RunUntil(() => dropped.Server.State == ServerState.AwaitFinished);
        Assert.False(dropped.Client.IsEstablished); // its transcript differs

        using MessagePair added = new(_visits.Server(), _visits.Client(static options => options.SessionCache = new ClientSessionCache()), retry: true);
        using ClientSession session = TakeSession();
        EditSecondHello(added, (message, prefix) => WithOffer(message, prefix, session, strangers: 0, HashSize));
        HybridTlsException refused = added.Fail();
        Assert.Equal(TlsAlert.IllegalParameter, refused.Alert);
        Assert.Equal(ServerState.AwaitSecondClientHello, added.Server.State);
    }

    [Theory]
    [InlineData("resumed")]
    [InlineData("retried")]
    [InlineData("wrong binder")]
    [InlineData("expired")]
    [InlineData("no session")]
    [InlineData("validation throws")]
    [Clause("HT-RES-21")]
    public void An_opened_ticket_is_zeroed_as_soon_as_its_fate_is_known(string fate)
    {
        using RotatingTicketProtector inner = new(TimeSpan.FromDays(7), _visits.Clock);
        KeepingProtector keeping = new(inner) { Truncates = fate == "no session" };
        Action<HybridTlsServerOptions> server = options =>
        {
            options.TicketProtector = keeping;
            options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
            if (fate == "expired")
                options.TicketLifetime = TimeSpan.FromMinutes(1);
        };
        Action<HybridTlsClientOptions> client = options => options.Credential = _visits.ClientCredential;
        _visits.VisitServer(server, client);
        FakeTimeProvider clients = new(_visits.Clock.GetUtcNow());
        if (fate == "expired")
            _visits.Clock.Advance(TimeSpan.FromMinutes(2));
        using MessagePair pair = new(
            _visits.Server(options =>
            {
                server(options);
                if (fate == "validation throws")
                    options.TimeProvider = new FailingClock();
            }),
            _visits.Client(options =>
            {
                client(options);
                options.TimeProvider = clients;
            }),
            retry: fate == "retried");
        pair.Intercept = (taker, message) =>
        {
            if (fate == "wrong binder" && taker == PeerRole.Server)
                message[^1] ^= 1;
            return message;
        };
        if (fate == "wrong binder")
            Assert.Equal(TlsAlert.DecryptError, pair.FailWith());
        else if (fate == "validation throws")
            Assert.Throws<InvalidTimeZoneException>(pair.Run);
        else
            pair.RunUntil(() => pair.Server.State is ServerState.AwaitFinished or ServerState.AwaitCertificate);
        Assert.Equal(fate is "resumed" or "retried", pair.Server.State == ServerState.AwaitFinished);
        byte[] opened = Assert.Single(keeping.Opened);
        Assert.True(opened.Length > 0 && opened.AsSpan().IndexOfAnyExcept((byte)0) < 0);
    }

    private static void EditSecondHello(MessagePair pair, Func<byte[], byte[], byte[]> edit)
    {
        List<byte[]> hellos = [];
        byte[] retry = [];
        pair.Intercept = (taker, message) =>
        {
            if (taker == PeerRole.Client && message[0] == (byte)HandshakeType.ServerHello && retry.Length == 0)
                retry = message;
            if (taker == PeerRole.Client || message[0] != (byte)HandshakeType.ClientHello)
                return message;
            hellos.Add(message);
            if (hellos.Count < 2)
                return message;
            byte[] hash = SHA384.HashData(hellos[0]);
            return edit(message, [Transcript.MessageHashType, 0, 0, HashSize, .. hash, .. retry]);
        };
    }

    private static int? SelectedIdentity(MessagePair pair)
    {
        byte[] message = pair.Messages.First(static taken => taken.Taker == PeerRole.Client).Message;
        return ServerHello.Parse(message.AsSpan(4)).PreSharedKey;
    }

    /// <summary>A client with no session of its own, into whose ClientHello a ticket of an earlier visit is put.</summary>
    private MessagePair CreateOffering(
        int strangers, int binderSize = HashSize, Action<EditableMessage>? change = null, Action<HybridTlsServerOptions>? server = null)
    {
        _visits.VisitServer();
        ClientSession session = TakeSession();
        MessagePair pair = new(_visits.Server(server), _visits.Client(static options => options.SessionCache = new ClientSessionCache()));
        pair.Intercept = (taker, message) => taker == PeerRole.Server && message[0] == (byte)HandshakeType.ClientHello
            ? WithOffer(change is null ? message : EditableMessage.Edit(message, change), [], session, strangers, binderSize)
            : message;
        return pair;
    }

    private ClientSession TakeSession() => _visits.Cache.Take(SessionBinding.ForClient(_visits.Client()))!;

    /// <summary>Adds pre_shared_key: tickets that nobody knows, with binders of 32 bytes, and behind them the session's.</summary>
    private byte[] WithOffer(byte[] message, ReadOnlySpan<byte> prefix, ClientSession session, int strangers, int binderSize)
    {
        using TlsWriter writer = new();
        using (writer.BeginVector16())
        {
            for (int i = 0; i < strangers; i++)
                PreSharedKeyExtension.WriteIdentity(writer, new PskIdentity([9, (byte)i], 0));
            PreSharedKeyExtension.WriteIdentity(writer, new PskIdentity(session.Ticket.Span, session.Times.ObfuscatedAgeAt(_visits.Clock.GetUtcNow())));
        }

        int start = writer.Length;
        using (writer.BeginVector16())
        {
            for (int i = 0; i < strangers; i++)
                writer.WriteVector8(new byte[32]);
            writer.WriteVector8(new byte[binderSize]);
        }

        int bindersSize = writer.Length - start;
        byte[] edited = EditableMessage.Edit(message, hello => hello.Set(ExtensionType.PreSharedKey, writer.Written.ToArray()));
        using SecretBlock secrets = new();
        using HybridTls.Cryptography.SecretMemory.Use psk = session.UsePsk();
        EarlySecret early = new(CipherSuiteParameters.Find((ushort)session.CipherSuite)!, secrets, psk.Bytes[..HashSize]);
        byte[] binder = new byte[HashSize];
        early.ComputeBinder(resumption: true, SHA384.HashData([.. prefix, .. edited[..^bindersSize]]), binder);
        binder.AsSpan(0, Math.Min(HashSize, binderSize)).CopyTo(edited.AsSpan(edited.Length - binderSize));
        return edited;
    }

    private sealed class KeepingProtector(ITicketProtector inner) : ITicketProtector
    {
        public List<byte[]> Opened { get; } = [];

        public bool Truncates { get; init; }

        public TimeSpan TicketLifetime => inner.TicketLifetime;

        public byte[]? Protect(ReadOnlySpan<byte> session) => inner.Protect(session);

        public byte[]? Unprotect(ReadOnlySpan<byte> ticket)
        {
            byte[] session = inner.Unprotect(ticket)!;
            if (Truncates)
                session = session[..^1];
            Opened.Add(session);
            return session;
        }
    }

    private sealed class FailingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidTimeZoneException("no clock");
    }
}

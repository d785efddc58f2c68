using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Resumption;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Resumption;

/// <summary>Protectors and caches are the host's code: what an odd one gives is bounded, and costs resumption only.</summary>
public sealed class HostCodeTests : IDisposable
{
    private readonly Visits _visits = new();

    public void Dispose() => _visits.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(32_000, 2)]
    [InlineData(32_001, 0)]
    [InlineData(1_000_000, 0)]
    public void A_ticket_that_clients_would_not_take_is_not_sent(int size, int sent)
    {
        using MessagePair pair = _visits.Visit(server => server.TicketProtector = new SizedProtector(size));
        Assert.Equal(sent, pair.Messages.Count(static taken => taken.Message[0] == (byte)HandshakeType.NewSessionTicket));
    }

    [Theory]
    [InlineData(0, "the ticket protector made none")]
    [InlineData(32_000, null)]
    [InlineData(32_001, "the ticket protector made one of 32001 bytes, and at most 32000 are sent")]
    public void That_a_client_gets_no_ticket_is_said(int size, string? reason)
    {
        using MessagePair pair = _visits.Visit(server => server.TicketProtector = new SizedProtector(size));
        Assert.Equal(reason, pair.Server.Parameters!.TicketRefusal);
    }

    [Fact]
    public void The_longest_ticket_resumes()
    {
        using RotatingTicketProtector inner = new(TimeSpan.FromDays(7), _visits.Clock);
        PaddingProtector padding = new(inner);
        Assert.False(_visits.VisitServer(server => server.TicketProtector = padding).IsResumed);
        Assert.True(_visits.VisitServer(server => server.TicketProtector = padding).IsResumed);
    }

    [Fact]
    public void An_endless_cache_of_expired_sessions_is_left_after_sixteen()
    {
        _visits.VisitServer();
        using ClientSession session = _visits.Cache.Take(SessionBinding.ForClient(_visits.Client()))!;
        _visits.Clock.Advance(TimeSpan.FromDays(8));
        EndlessCache cache = new(session);
        Assert.False(_visits.VisitServer(client: client => client.SessionCache = cache).IsResumed);
        Assert.Equal(16, cache.Taken);
    }

    private sealed class SizedProtector(int size) : ITicketProtector
    {
        public TimeSpan TicketLifetime => TimeSpan.FromHours(1);

        public byte[]? Protect(ReadOnlySpan<byte> session) => new byte[size];

        public byte[]? Unprotect(ReadOnlySpan<byte> ticket) => null;
    }

    private sealed class PaddingProtector(ITicketProtector inner) : ITicketProtector
    {
        private int _size;

        public TimeSpan TicketLifetime => inner.TicketLifetime;

        public byte[]? Protect(ReadOnlySpan<byte> session)
        {
            byte[] ticket = inner.Protect(session)!;
            _size = ticket.Length;
            return [.. ticket, .. new byte[ITicketProtector.MaxTicketSize - ticket.Length]];
        }

        public byte[]? Unprotect(ReadOnlySpan<byte> ticket)
        {
            Assert.Equal(ITicketProtector.MaxTicketSize, ticket.Length);
            return inner.Unprotect(ticket[.._size]);
        }
    }

    private sealed class EndlessCache(ClientSession session) : IClientSessionCache
    {
        public int Taken { get; private set; }

        public void Add(string key, ClientSession session) => session.Dispose();

        public ClientSession? Take(string key)
        {
            Taken++;
            return Taken > 100 ? null : session.Duplicate(); // who does not stop by itself fails, and does not hang
        }
    }
}

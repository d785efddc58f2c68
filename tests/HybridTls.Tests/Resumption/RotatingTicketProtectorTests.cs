using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using HybridTls.Cryptography;
using HybridTls.Records;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Resumption;

/// <summary>The keys of tickets: what they seal, what they refuse, how they rotate.</summary>
public sealed class RotatingTicketProtectorTests
{
    private const int Overhead = 1 + 16 + 12 + 16;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly byte[] Session = RandomNumberGenerator.GetBytes(200);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(24_576)]
    [Clause("HT-RES-19")]
    public void A_ticket_opens_to_its_session(int size)
    {
        using RotatingTicketProtector protector = new();
        byte[] session = RandomNumberGenerator.GetBytes(size);
        byte[] ticket = protector.Protect(session)!;
        Assert.Equal(size + Overhead, ticket.Length);
        Assert.Equal(session, protector.Unprotect(ticket));
    }

    [Fact]
    public void A_session_above_the_bound_gets_no_ticket()
    {
        using RotatingTicketProtector protector = new();
        Assert.Null(protector.Protect(new byte[24_577]));
    }

    [Fact]
    [Clause("HT-RES-19")]
    public void Tickets_of_one_session_differ_and_do_not_show_it()
    {
        using RotatingTicketProtector protector = new();
        byte[] first = protector.Protect(Session)!, second = protector.Protect(Session)!;
        Assert.Equal(first[..17], second[..17]); // version and key name
        Assert.NotEqual(first[17..29], second[17..29]);
        Assert.NotEqual(first[29..], second[29..]);
        Assert.True(first.AsSpan().IndexOf(Session.AsSpan(0, 8)) < 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-RES-19")]
    public void A_ticket_altered_in_any_byte_is_refused(bool chaCha)
    {
        using RotatingTicketProtector protector = chaCha ? ChaCha() : new();
        byte[] ticket = protector.Protect(Session.AsSpan(0, 30))!;
        for (int i = 0; i < ticket.Length; i++)
        {
            foreach (int bit in (int[])[0, 3, 7])
            {
                ticket[i] ^= (byte)(1 << bit);
                Assert.Null(protector.Unprotect(ticket));
                ticket[i] ^= (byte)(1 << bit);
            }
        }

        Assert.NotNull(protector.Unprotect(ticket));
    }

    [Fact]
    public void A_truncated_or_extended_ticket_is_refused()
    {
        using RotatingTicketProtector protector = new();
        byte[] ticket = protector.Protect(Session)!;
        for (int length = 0; length < ticket.Length; length++)
            Assert.Null(protector.Unprotect(ticket.AsSpan(0, length)));
        Assert.Null(protector.Unprotect([.. ticket, 0]));
        Assert.Null(protector.Unprotect(ticket.AsSpan(1)));
    }

    [Fact]
    public void Any_bytes_are_refused_without_an_exception()
    {
        using RotatingTicketProtector protector = new();
        byte[] prefix = protector.Protect(Session)![..17];
        Prop.ForAll<byte[]>(bytes =>
            protector.Unprotect(bytes) is null && protector.Unprotect([.. prefix, .. bytes]) is null).QuickCheckThrowOnFailure();
        Assert.Null(protector.Unprotect(new byte[65_535]));
    }

    [Fact]
    [Clause("HT-RES-19")]
    public void Another_protectors_tickets_are_refused()
    {
        using RotatingTicketProtector ours = new(), theirs = new();
        Assert.Null(ours.Unprotect(theirs.Protect(Session)!));
        Assert.Null(RotatingTicketProtector.Shared.Unprotect(ours.Protect(Session)!));
    }

    [Fact]
    [Clause("HT-RES-20")]
    public void The_newest_generation_and_the_one_before_open_tickets_and_no_other()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using RotatingTicketProtector protector = new(Hour, clock);
        List<byte[]> tickets = [];
        for (int generation = 0; generation < 5; generation++)
        {
            tickets.Add(protector.Protect(Session)!);
            for (int sealedIn = 0; sealedIn <= generation; sealedIn++)
                Assert.Equal(sealedIn >= generation - 1, protector.Unprotect(tickets[sealedIn]) is not null);
            clock.Advance(Hour);
        }

        Assert.Equal(5, tickets.Select(static ticket => Convert.ToHexString(ticket, 0, 17)).Distinct().Count());
    }

    [Fact]
    [Clause("HT-RES-20")]
    public void A_ticket_opens_for_its_lifetime_whenever_it_was_sealed_and_never_for_two_periods_more()
    {
        Assert.Equal(Hour, RotatingTicketProtector.Shared.TicketLifetime);
        foreach (double atHour in (double[])[0, 0.3, 0.999, 1, 1.2, 7.9])
        {
            FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
            using RotatingTicketProtector protector = new(Hour, clock);
            Assert.Equal(Hour, protector.TicketLifetime);
            clock.Advance(Hour * atHour);
            byte[] ticket = protector.Protect(Session)!;

            // Whether or not others use the protector in between: rotation is lazy.
            clock.Advance(Hour / 2);
            if (atHour > 1)
                protector.Protect(Session);
            clock.Advance(Hour / 2 - TimeSpan.FromTicks(1));
            Assert.NotNull(protector.Unprotect(ticket));
            clock.Advance(Hour + TimeSpan.FromTicks(1));
            Assert.Null(protector.Unprotect(ticket));
        }
    }

    [Fact]
    public void After_a_long_pause_no_old_key_opens_anything()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using RotatingTicketProtector protector = new(Hour, clock);
        byte[] ticket = protector.Protect(Session)!;
        clock.Advance(2 * Hour);
        Assert.Null(protector.Unprotect(ticket));
        Assert.NotNull(protector.Unprotect(protector.Protect(Session)!));
    }

    [Fact]
    public void A_rotation_that_came_late_does_not_keep_the_old_key_for_longer()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using RotatingTicketProtector protector = new(Hour, clock);
        byte[] ticket = protector.Protect(Session)!;
        clock.Advance(1.9 * Hour);
        protector.Protect(Session);
        Assert.NotNull(protector.Unprotect(ticket));
        clock.Advance(0.1 * Hour);
        Assert.Null(protector.Unprotect(ticket));
    }

    [Fact]
    [Clause("HT-RES-20")]
    public void A_key_that_has_sealed_its_number_is_renewed_at_once()
    {
        using RotatingTicketProtector protector = new(Hour, new FakeTimeProvider(TestIdentities.Start), AeadAlgorithm.Aes256Gcm, sealsPerKey: 3);
        byte[][] tickets = [.. Enumerable.Range(0, 7).Select(_ => protector.Protect(Session)!)];
        string[] names = [.. tickets.Select(static ticket => Convert.ToHexString(ticket, 0, 17))];
        Assert.Equal([3, 3, 1], names.GroupBy(static name => name).Select(static group => group.Count()));
        Assert.Equal([false, false, false, true, true, true, true], tickets.Select(ticket => protector.Unprotect(ticket) is not null));
    }

    [Fact]
    [Clause("HT-RES-19")]
    public void ChaCha20_Poly1305_takes_the_place_of_a_missing_AES_GCM()
    {
        using RotatingTicketProtector protector = ChaCha(), gcm = new();
        byte[] ticket = protector.Protect(Session)!;
        Assert.Equal(Session, protector.Unprotect(ticket));
        Assert.Null(gcm.Unprotect(ticket));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(7 * 24 * 60 + 1)]
    public void A_period_outside_its_bounds_is_refused(int minutes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotatingTicketProtector(TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void A_disposed_protector_seals_and_opens_nothing_and_does_not_throw()
    {
        RotatingTicketProtector protector = new();
        byte[] ticket = protector.Protect(Session)!;
        protector.Dispose();
        protector.Dispose();
        Assert.Null(protector.Protect(Session));
        Assert.Null(protector.Unprotect(ticket));
    }

    [Fact]
    public void The_shared_protector_cannot_be_disposed()
    {
        RotatingTicketProtector.Shared.Dispose();
        Assert.Equal(Session, RotatingTicketProtector.Shared.Unprotect(RotatingTicketProtector.Shared.Protect(Session)!));
    }

    [Fact]
    [Clause("HT-RES-20")]
    public void Rotation_fails_no_use_under_way()
    {
        // Each thread opens what it has just sealed, while the clock leaps by half a period. Only one that slept through several
        // leaps may fail.
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using RotatingTicketProtector protector = new(Hour, clock);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        long leaps = 0, failed = 0, uses = 0, rotations = 0;
        Thread[] users = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                long before = Interlocked.Read(ref leaps);
                byte[]? ticket = protector.Protect(Session);
                byte[]? session = protector.Unprotect(ticket);
                bool opened = session is not null && session.AsSpan().SequenceEqual(Session);
                if (ticket is null || (!opened && Interlocked.Read(ref leaps) - before <= 1))
                    Interlocked.Increment(ref failed);
                Interlocked.Increment(ref uses);
            }
        }))];
        Array.ForEach(users, static user => user.Start());
        string name = "";
        while (!stop.IsCancellationRequested && (rotations < 50 || Interlocked.Read(ref uses) < 2000))
        {
            Interlocked.Increment(ref leaps);
            clock.Advance(Hour / 2);
            string now = Convert.ToHexString(protector.Protect(Session)!, 0, 17);
            rotations += now != name ? 1 : 0;
            name = now;
            Thread.Sleep(1);
        }

        stop.Cancel();
        Array.ForEach(users, static user => user.Join());
        Assert.True(rotations >= 50 && uses >= 2000, $"{rotations} rotations, {uses} uses");
        Assert.Equal(0, failed);
    }

    [Fact]
    public void Disposal_breaks_no_use_under_way()
    {
        for (int round = 0; round < 50; round++)
        {
            RotatingTicketProtector protector = new();
            Parallel.For(0, 4, i =>
            {
                for (int use = 0; use < 100; use++)
                {
                    if (i == 0 && use == 30)
                        protector.Dispose();
                    if (protector.Protect(Session) is { } ticket)
                        protector.Unprotect(ticket);
                }
            });
        }
    }

    [Fact]
    public void Nothing_but_the_result_is_allocated()
    {
#if DEBUG
        Assert.Skip("Debug builds keep more on the heap.");
#else
        using RotatingTicketProtector protector = new();
        byte[] ticket = protector.Protect(Session)!;
        long sealing = long.MaxValue, opening = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            protector.Protect(Session);
            sealing = Math.Min(sealing, GC.GetAllocatedBytesForCurrentThread() - before);
            before = GC.GetAllocatedBytesForCurrentThread();
            protector.Unprotect(ticket);
            opening = Math.Min(opening, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(sealing, Session.Length + Overhead, Session.Length + Overhead + 32); // the array's header, and rounding
        Assert.InRange(opening, Session.Length, Session.Length + 32);
#endif
    }

    private static RotatingTicketProtector ChaCha() =>
        new(Hour, TimeProvider.System, AeadAlgorithm.ChaCha20Poly1305, sealsPerKey: long.MaxValue);
}

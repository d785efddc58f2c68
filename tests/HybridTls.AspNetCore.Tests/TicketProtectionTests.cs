using System.Security.Cryptography;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using FlakyStorage = HybridTls.Tests.AspNetCore.KeyRing.FlakyStorage;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Tickets that are sealed with the key ring of the application.</summary>
public sealed class TicketProtectionTests
{
    private const int IsDown = 20, IsBack = 21, RevocationsNotRead = 22;
    private static readonly byte[] Session = RandomNumberGenerator.GetBytes(200);

    private readonly FlakyStorage _storage = new();
    private readonly FakeTimeProvider _time = new FakeTimeProvider(TestIdentities.Start);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Servers_that_share_a_ring_open_each_others_tickets()
    {
        using KeyRing first = new(_storage), second = new(_storage), other = new(new FlakyStorage());
        byte[] ticket = first.Protector.Protect(Session)!;
        Assert.Equal(Session, first.Protector.Unprotect(ticket));
        Assert.Equal(Session, second.Protector.Unprotect(ticket));
        Assert.Equal(Session, first.Protector.Unprotect(second.Protector.Protect(Session)!));
        Assert.Null(other.Protector.Unprotect(ticket));
        Assert.NotNull(other.Protector.Protect(Session));
        Assert.Null(RotatingTicketProtector.Shared.Unprotect(ticket));
        Assert.Null(first.Protector.Unprotect(RotatingTicketProtector.Shared.Protect(Session)!));
        Assert.DoesNotContain(first.Logs.Ours.Concat(other.Logs.Ours), static line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public void Another_discriminator_another_application_and_another_purpose_do_not_open_them()
    {
        using KeyRing first = new(_storage), same = new(_storage, static options => options.Discriminator = "");
        using KeyRing discriminated = new(_storage, static options => options.Discriminator = "payments");
        using KeyRing application = new(_storage, application: "another");
        byte[] ticket = first.Protector.Protect(Session)!;
        Assert.NotNull(same.Protector.Unprotect(ticket));
        Assert.Null(discriminated.Protector.Unprotect(ticket));
        Assert.Null(application.Protector.Unprotect(ticket));
        Assert.Null(first.Protector.Unprotect(discriminated.Protector.Protect(Session)!));

        ServiceCollection services = new();
        KeyRing.Configure(services, _storage);
        using ServiceProvider provider = services.BuildServiceProvider();
        IDataProtector cookies = provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");
        Assert.Null(first.Protector.Unprotect(cookies.Protect(Session)));
        Assert.Throws<CryptographicException>(() => cookies.Unprotect(ticket));
    }

    [Fact]
    public void A_ticket_altered_in_any_byte_or_cut_is_refused()
    {
        using KeyRing ring = new(_storage);
        byte[] ticket = ring.Protector.Protect(Session.AsSpan(0, 20))!;
        for (int i = 0; i < ticket.Length; i++)
        {
            ticket[i] ^= 1;
            Assert.Null(ring.Protector.Unprotect(ticket));
            ticket[i] ^= 1;
            Assert.Null(ring.Protector.Unprotect(ticket.AsSpan(0, i)));
        }

        Assert.NotNull(ring.Protector.Unprotect(ticket));
        Assert.DoesNotContain(ring.Logs.Ours, static line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task A_key_that_this_process_revokes_opens_nothing_from_then_on()
    {
        using KeyRing ring = new(_storage);
        byte[] ticket = ring.Protector.Protect(Session)!;
        ring.Keys.RevokeKey(ring.Keys.GetAllKeys().Single().KeyId);
        Assert.Null(ring.Protector.Unprotect(ticket));

        // Data Protection takes a moment to make the next key.
        byte[]? next = null;
        for (int i = 0; next is null && i < 200; i++, await Task.Delay(20, Token))
            next = ring.Protector.Protect(Session);
        Assert.Equal(Session, ring.Protector.Unprotect(next));
        Assert.Null(ring.Protector.Unprotect(ticket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_another_process_revokes_stops_opening_within_the_interval(bool all)
    {
        using KeyRing first = new(_storage, time: _time), second = new(_storage);
        byte[] ticket = first.Protector.Protect(Session)!;
        Assert.NotNull(first.Protector.Unprotect(ticket));
        Assert.NotNull(second.Protector.Unprotect(ticket));
        if (all)
            second.Keys.RevokeAllKeys(DateTimeOffset.UtcNow.AddSeconds(1));
        else
            second.Keys.RevokeKey(second.Keys.GetAllKeys().Single().KeyId);
        _time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.NotNull(first.Protector.Unprotect(ticket));
        _time.Advance(TimeSpan.FromMinutes(0.2));
        for (int i = 0; first.Protector.Unprotect(ticket) is not null; i++, await Task.Delay(10, Token))
            Assert.True(i < 500, "the revoked key goes on opening");

        // Its ring is a day old to Data Protection: nothing is sealed with the revoked key, and that is said.
        Assert.Null(first.Protector.Protect(Session));
        Assert.Null(first.Protector.Protect(Session));
        Assert.Single(first.Logs.Ours, static line => line.EventId == 24);
        using KeyRing restarted = new(_storage);
        Assert.Null(restarted.Protector.Unprotect(ticket));
        if (!all)
            Assert.NotNull(restarted.Protector.Protect(Session));
    }

    [Fact]
    public void Without_its_ring_a_server_seals_and_opens_nothing_says_so_once_and_asks_rarely()
    {
        byte[] ticket;
        using (KeyRing before = new(_storage))
            ticket = before.Protector.Protect(Session)!;
        _storage.IsDown = true;
        using KeyRing ring = new(_storage, time: _time);
        Assert.Null(ring.Protector.Unprotect(ticket));
        int reads = _storage.Reads;
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(ring.Protector.Protect(Session));
            Assert.Null(ring.Protector.Unprotect(ticket));
        }

        Assert.InRange(_storage.Reads - reads, 0, 2); // those of the watches of both rings, which come at any time
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(ring.Protector.Protect(Session));
        Assert.Equal(LogLevel.Error, Assert.Single(ring.Logs.Ours, static line => line.EventId == IsDown).Level);

        _storage.IsDown = false;
        Assert.Null(ring.Protector.Protect(Session)); // not yet tried again
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(Session, ring.Protector.Unprotect(ticket));
        Assert.NotNull(ring.Protector.Protect(Session));
        Assert.Single(ring.Logs.Ours, static line => line.EventId == IsBack);
    }

    [Fact]
    public async Task Storage_that_does_not_answer_holds_up_one_handshake_and_no_other()
    {
        using ManualResetEventSlim answer = new();
        _storage.Answer = answer;
        using KeyRing ring = new(_storage);
        for (int i = 0; _storage.Reads == 0 && i < 500; i++) // the first look for revocations, which nobody waits for
            await Task.Delay(10, Token);
        Task<byte[]?> held = Task.Run(() => ring.Protector.Protect(Session), Token);
        for (int i = 0; _storage.Reads < 2 && i < 500; i++)
            await Task.Delay(10, Token);
        for (int i = 0; i < 100; i++)
            Assert.Null(ring.Protector.Protect(Session));
        Assert.Equal(2, _storage.Reads);
        Assert.False(held.IsCompleted);
        answer.Set();
        Assert.Equal(Session, ring.Protector.Unprotect(await held));
    }

    [Fact]
    public void One_failure_of_a_ring_that_works_is_no_outage()
    {
        using KeyRing ring = new(_storage);
        FailingProvider provider = new();
        CollectedLogs logs = new();
        DataProtectionTicketProtector protector = new(
            provider, ring.Keys, new HybridTlsTicketProtectionOptions(), TimeProvider.System, logs.CreateLogger(Log.Category));
        byte[] ticket = protector.Protect(Session)!;
        provider.Failures = 1;
        Assert.Null(protector.Protect(Session));
        Assert.NotNull(protector.Protect(Session));
        provider.Failures = 1;
        Assert.Null(protector.Unprotect(ticket));
        Assert.Equal(Session, protector.Unprotect(ticket));
        Assert.All(logs.Ours, static line => Assert.Equal(LogLevel.Debug, line.Level));
        provider.Failures = 2;
        Assert.Null(protector.Protect(Session));
        Assert.Null(protector.Unprotect(ticket));
        Assert.Single(logs.Ours, static line => line.EventId == IsDown);
    }

    [Fact]
    public async Task Storage_that_fails_later_does_not_disturb_a_ring_that_was_read()
    {
        using KeyRing ring = new(_storage, time: _time);
        byte[] ticket = ring.Protector.Protect(Session)!;
        await ring.WhenReadAsync();
        _storage.IsDown = true;
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(6));
            Assert.NotNull(ring.Protector.Protect(Session));
            Assert.Equal(LogLevel.Error, (await ring.Logs.WaitForAsync(RevocationsNotRead)).Level);
            Assert.Equal(Session, ring.Protector.Unprotect(ticket));
            await ring.WhenReadAsync();
        }

        Assert.Single(ring.Logs.Ours, static line => line.EventId == RevocationsNotRead);
        Assert.DoesNotContain(ring.Logs.Ours, static line => line.EventId == IsDown);
    }

    [Fact]
    public async Task Tickets_of_unknown_keys_do_not_make_the_server_read_its_storage_again_and_again()
    {
        using KeyRing ring = new(_storage, time: _time);
        byte[] ticket = ring.Protector.Protect(Session)!;
        await ring.WhenReadAsync();
        Assert.NotNull(ring.Protector.Unprotect(ticket));
        int reads = _storage.Reads;
        for (int i = 0; i < 100; i++)
        {
            byte[] foreign = [.. ticket];
            Guid.NewGuid().TryWriteBytes(foreign.AsSpan(4));
            Assert.Null(ring.Protector.Unprotect(foreign));
        }

        Assert.InRange(_storage.Reads - reads, 0, 1); // for the one stranger a second
        Assert.NotNull(ring.Protector.Unprotect(ticket));

        // The key of a server that started at the same time is found none the less.
        FlakyStorage shared = new();
        using KeyRing late = new(shared, time: _time);
        Assert.NotNull(late.Protector.Protect(Session));
        await late.WhenReadAsync();
        using KeyRing early = new(shared);
        early.Keys.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(90));
        byte[] sealedElsewhere = early.Protector.Protect(Session)!;
        Assert.NotEqual(late.Protector.Protect(Session)![4..20], sealedElsewhere[4..20]);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Session, late.Protector.Unprotect(sealedElsewhere));
        Assert.Equal(Session, late.Protector.Unprotect(sealedElsewhere)); // no stranger any more
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_and_a_protector_of_the_hosts_stays()
    {
        ServiceCollection services = new();
        Assert.Throws<InvalidOperationException>(
            () => services.AddHybridTlsTicketProtection(static options => options.TicketLifetime = TimeSpan.FromDays(8)));
        Assert.Throws<InvalidOperationException>(() => services.AddHybridTlsTicketProtection(static options => options.TicketLifetime = default));
        Assert.Throws<InvalidOperationException>(() => services.AddHybridTlsTicketProtection(static options => options.Discriminator = null!));
        Assert.Throws<InvalidOperationException>(
            () => services.AddHybridTlsTicketProtection(static options => options.RevocationCheckInterval = TimeSpan.Zero));
        using RotatingTicketProtector own = new();
        services.AddSingleton<ITicketProtector>(own).AddHybridTlsTicketProtection();
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<ITicketProtector>());
    }

    [Fact]
    public void The_lifetime_is_that_of_the_options()
    {
        using KeyRing ring = new(_storage, static options => options.TicketLifetime = TimeSpan.FromHours(3)), standard = new(_storage);
        Assert.Equal(TimeSpan.FromHours(3), ring.Protector.TicketLifetime);
        Assert.Equal(TimeSpan.FromHours(24), standard.Protector.TicketLifetime);
    }

    [Fact]
    public void It_is_used_from_many_threads()
    {
        using KeyRing ring = new(_storage);
        Assert.NotNull(ring.Protector.Protect(Session)); // until the ring is known to work, one thread at a time tries
        Parallel.For(0, 500, _ => Assert.Equal(Session, ring.Protector.Unprotect(ring.Protector.Protect(Session)!)));
    }

    /// <summary>Protects nothing, and fails a number of times.</summary>
    private sealed class FailingProvider : IDataProtectionProvider, IDataProtector
    {
        public int Failures { get; set; }

        public IDataProtector CreateProtector(string purpose) => this;

        public byte[] Protect(byte[] plaintext) => Use(plaintext);

        public byte[] Unprotect(byte[] protectedData) => Use(protectedData);

        private byte[] Use(byte[] data) => Failures-- > 0 ? throw new TimeoutException("the vault does not answer") : [.. data];
    }
}

using HybridTls.Cryptography;
using HybridTls.Resumption;

namespace HybridTls;

/// <summary>
/// Seals tickets with keys that live in this process only and renew themselves: AES-256-GCM (ChaCha20-Poly1305 where the platform has no
/// AES-GCM), a new key every hour by default. The newest key seals, it and the one before open. Thread-safe.
/// </summary>
/// <remarks>
/// A stolen key opens the tickets of two periods at most, and what it opens resumes sessions but decrypts none. Keys are renewed when the
/// protector is used after their time, not by a timer. A key whose 2^30 tickets are sealed is renewed at once, since nonces are random.
/// </remarks>
public sealed class RotatingTicketProtector : ITicketProtector, IDisposable
{
    // Two of 2^30 random 96-bit nonces are equal with a probability of 2^-37 (NIST SP 800-38D §8.3 allows 2^32 of them, 2^-33).
    private const long SealsPerKey = 1L << 30;

    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromHours(1);

    private readonly TimeProvider _timeProvider;
    private readonly AeadAlgorithm _algorithm;
    private readonly long _sealsPerKey;
    private readonly bool _isShared;
    private readonly Lock _rotating = new();
    private volatile TicketKey? _current;

    /// <summary>A protector whose keys are renewed every hour.</summary>
    public RotatingTicketProtector()
        : this(DefaultPeriod)
    {
    }

    /// <summary>Creates a protector with its first key.</summary>
    /// <param name="rotationPeriod">How long a key seals; it opens for as long again. At most 7 days.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rotationPeriod"/> is not positive or above 7 days.</exception>
    public RotatingTicketProtector(TimeSpan rotationPeriod, TimeProvider? timeProvider = null)
        : this(rotationPeriod, timeProvider, PreferredAlgorithm, SealsPerKey)
    {
    }

    /// <summary>For tests of the other algorithm, and of the limit.</summary>
    internal RotatingTicketProtector(
        TimeSpan rotationPeriod, TimeProvider? timeProvider, AeadAlgorithm algorithm, long sealsPerKey, bool isShared = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rotationPeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rotationPeriod, ITicketProtector.MaxTicketLifetime);
        TicketLifetime = rotationPeriod;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _algorithm = algorithm;
        _sealsPerKey = sealsPerKey;
        _isShared = isShared;
        _current = new TicketKey(algorithm, _timeProvider.GetTimestamp(), sealsPerKey, previous: null);
    }

    /// <summary>
    /// The one that servers use which are given none: sessions resume at all servers of this process. Disposing it does nothing.
    /// </summary>
    public static RotatingTicketProtector Shared { get; } = new(DefaultPeriod, null, PreferredAlgorithm, SealsPerKey, isShared: true);

    /// <summary>One rotation period: a ticket that is sealed at the end of its key's time is opened for that long.</summary>
    public TimeSpan TicketLifetime { get; }

    private static AeadAlgorithm PreferredAlgorithm => // HT-RES-19
        AeadCipher.IsSupported(AeadAlgorithm.Aes256Gcm) ? AeadAlgorithm.Aes256Gcm : AeadAlgorithm.ChaCha20Poly1305;

    /// <inheritdoc/>
    /// <remarks>Null after disposal, and for more than <see cref="ITicketProtector.MaxSessionSize"/> bytes. Nothing but the result is allocated.</remarks>
    public byte[]? Protect(ReadOnlySpan<byte> session)
    {
        TicketKey? key = GetCurrent();
        if (key is null || session.Length > ITicketProtector.MaxSessionSize)
            return null;
        byte[] ticket = new byte[session.Length + TicketKey.Overhead];
        while (!key.TrySeal(session, ticket))
        {
            key = Rotate(key);
            if (key is null)
                return null;
        }

        return ticket;
    }

    /// <inheritdoc/>
    /// <remarks>Throws for no input. Nothing but the result is allocated.</remarks>
    public byte[]? Unprotect(ReadOnlySpan<byte> ticket)
    {
        if (GetCurrent() is not { } current)
            return null;
        if (current.IsOn(ticket))
            return current.TryOpen(ticket);
        return current.Previous is { } previous && previous.IsOn(ticket) && Opens(previous, _timeProvider.GetTimestamp())
            ? previous.TryOpen(ticket)
            : null;
    }

    /// <summary>Frees the keys; from then on nothing is sealed or opened, so that the handshakes of servers still running are full ones.</summary>
    public void Dispose()
    {
        if (_isShared)
            return;
        lock (_rotating)
        {
            TicketKey? current = _current;
            _current = null;
            current?.Dispose();
        }
    }

    /// <summary>The key that seals now; null after disposal.</summary>
    private TicketKey? GetCurrent()
    {
        TicketKey? current = _current;
        return current is null || _timeProvider.GetElapsedTime(current.Since) < TicketLifetime ? current : Rotate(current);
    }

    private bool Opens(TicketKey key, long now) => _timeProvider.GetElapsedTime(key.Since, now) < 2 * TicketLifetime; // HT-RES-20

    /// <summary>Replaces <paramref name="seen"/>, unless another thread has done so.</summary>
    private TicketKey? Rotate(TicketKey seen)
    {
        lock (_rotating)
        {
            if (!ReferenceEquals(_current, seen))
                return _current;
            long now = _timeProvider.GetTimestamp();
            bool opens = Opens(seen, now);
            TicketKey next = new(_algorithm, now, _sealsPerKey, opens ? seen : null);
            _current = next;
            if (opens)
                seen.DropPrevious();
            else
                seen.Dispose();
            return next;
        }
    }
}

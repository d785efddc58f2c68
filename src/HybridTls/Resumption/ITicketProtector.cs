namespace HybridTls;

/// <summary>
/// Seals the sessions that a server hands to its clients as tickets (RFC 9846 §4.7.1), so that the server itself keeps nothing. Whoever
/// shares the keys resumes each other's sessions: a fleet behind a load balancer needs one protector with common keys.
/// </summary>
/// <remarks>
/// What is sealed holds the session's pre-shared key: whoever can open it can resume the session, though not decrypt it, since every
/// resumption runs the key agreement again. Whoever can seal can make sessions up, in the name of any client whose
/// certificate he has. Implementations must authenticate as well as encrypt (AEAD), and must be thread-safe: they
/// are called on the connections' threads, and are to answer without waiting for a network. What they throw fails the handshake: answer
/// null when keys are out of reach.
/// </remarks>
public interface ITicketProtector
{
    /// <summary>The largest session that is sealed, in bytes: a client whose chain of certificates makes it longer gets no tickets.</summary>
    const int MaxSessionSize = 24_576;

    /// <summary>
    /// The largest ticket that is sent, in bytes: clients bound the message around it, ours to 32 KiB, and offer it in a ClientHello.
    /// </summary>
    const int MaxTicketSize = 32_000;

    /// <summary>No session lives longer than seven days after its full handshake (RFC 9846 §4.7.1).</summary>
    static readonly TimeSpan MaxTicketLifetime = TimeSpan.FromDays(7);

    /// <summary>For how long a ticket that is sealed now can surely be opened: clients are told no longer a lifetime.</summary>
    TimeSpan TicketLifetime { get; }

    /// <summary>Seals a session.</summary>
    /// <param name="session">The session, at most <see cref="MaxSessionSize"/> bytes. The caller clears it.</param>
    /// <returns>The ticket, at most <see cref="MaxTicketSize"/> bytes; null when none can be made now. With null or a longer one the client gets no ticket.</returns>
    byte[]? Protect(ReadOnlySpan<byte> session);

    /// <summary>Opens a ticket, which comes from the network and may be anything.</summary>
    /// <param name="ticket">The ticket, at most 65,535 bytes.</param>
    /// <returns>The session, which the caller clears; null for a ticket that is not ours, was altered, or whose key is gone: the
    /// handshake then goes on as a full one.</returns>
    byte[]? Unprotect(ReadOnlySpan<byte> ticket);
}

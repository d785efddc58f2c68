using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <content>Tickets: taking the client's, giving new ones (RFC 9846 §4.3.11, §4.7.1).</content>
internal sealed partial class ServerHandshake
{
    /// <summary>How many tickets the client gets if it has a use for them: as many as it wants (RFC 9149), within bounds.</summary>
    private int TicketsToSend => (IsResuming, Answer.Terms.RequestedTickets) switch
    {
        (_, _) when _options.TicketCount == 0 => 0, // HT-RES-1
        (false, null) => _options.TicketCount,
        (true, null) => 1,
        (false, { } requested) => Math.Min((int)requested.Full, HybridTlsServerOptions.MaxTicketCount), // HT-RES-10
        (true, { } requested) => Math.Min((int)requested.Resumed, HybridTlsServerOptions.MaxTicketCount),
    };

    private bool OffersTickets(in ClientHello hello) => _options.AllowTlsResume && TicketOffer.IsIn(hello);

    /// <summary>Resumes the session of an offered ticket, or leaves everything as it is: then the handshake is a full one.</summary>
    /// <exception cref="HybridTlsException">decrypt_error: the ticket is good, but the client does not have its key.</exception>
    private void ResumeIfOffered(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        if (!OffersTickets(hello))
            return;
        TicketOffer offer = Answer.Offer = TicketOffer.Open(hello, Answer.Terms, _options); // HT-RES-8
        if (offer.Session is not { } session)
            return;
        using (session) // from here on its key is in the schedule, and nowhere else; HT-RES-21
        {
            EarlySecret early = StartEarly(Answer.Terms.Suite, session.Psk);
            VerifyBinder(early, offer, hello, whole);
            ResumePeer(session.Times.AuthenticatedAt, session.PeerCertificates, session.PeerUsedRawPublicKey, offer.Peer);
        }
    }

    private void VerifyBinder(EarlySecret early, TicketOffer offer, in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        OfferedPsks offered = hello.PreSharedKeys;
        Span<byte> hash = stackalloc byte[early.Suite.HashSize];
        Transcript.GetHashWith(early.Suite, whole[..^offered.BindersSize], hash);
        if (!early.VerifyBinder(resumption: true, hash, offered.Binders[offer.Identity]))
            TlsError.Throw(FailureReason.BinderMismatch); // HT-RES-7
    }

    /// <summary>Seals the session into tickets and sends them.</summary>
    private void WriteTickets(ResumptionSecret secret, int count)
    {
        ITicketProtector protector = _options.EffectiveTicketProtector;
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        TimeSpan wanted = _options.TicketLifetime < protector.TicketLifetime ? _options.TicketLifetime : protector.TicketLifetime;
        TimeSpan lifetime = SessionTimes.LifetimeAt(now, AuthenticatedAt, wanted);
        Span<byte> psk = stackalloc byte[Suite.HashSize];
        Span<byte> ageAdd = stackalloc byte[sizeof(uint)];
        byte[] binding = SessionBinding.ForServer(_options, Answer.Terms.ServerName, Answer.Terms.ApplicationProtocol);
        string? refusal = lifetime > TimeSpan.Zero ? null : "the session ends within a second";
        using TlsWriter session = new(capacity: 512);
        using TlsWriter messages = new(capacity: 1024);
        try
        {
            for (int i = 0; i < count && refusal is null; i++)
            {
                ReadOnlySpan<byte> nonce = [(byte)i]; // differs between the tickets of one connection (§4.7.1)
                secret.DerivePsk(nonce, psk);
                Entropy.Fill(ageAdd);
                SessionTimes times = new(AuthenticatedAt, now, lifetime, BitConverter.ToUInt32(ageAdd));
                session.Clear();
                ServerSession.Write(session, Suite.Id, psk, times, binding, PeerCertificateType == CertificateType.RawPublicKey, PeerChain);
                byte[]? ticket = session.Length > ITicketProtector.MaxSessionSize ? null : protector.Protect(session.Written);
                refusal = RefuseTicket(session.Length, ticket);
                if (refusal is not null)
                    break;
                using (NewSessionTicket.Begin(messages, (uint)lifetime.TotalSeconds, times.AgeAdd, nonce, ticket))
                    messages.WriteExtension((ExtensionType)Grease.CodePoint(ageAdd[0]), []); // clients must not choke on it (RFC 8701 §4)
            }
        }
        finally
        {
            // The protector is the host's, and may throw.
            CryptographicOperations.ZeroMemory(psk);
            secret.Dispose();
        }

        Parameters!.TicketRefusal = refusal;
        if (messages.Length > 0)
            Writer.WriteHandshake(Output, messages.Written);
    }

    /// <summary>Why a session does not become a ticket; null if it does.</summary>
    private static string? RefuseTicket(int sessionSize, byte[]? ticket)
    {
        if (sessionSize > ITicketProtector.MaxSessionSize)
            return $"with the client's certificates the session takes {sessionSize} bytes, and at most {ITicketProtector.MaxSessionSize} are sealed";
        if (ticket is not { Length: > 0 })
            return "the ticket protector made none";
        return ticket.Length <= ITicketProtector.MaxTicketSize
            ? null
            : $"the ticket protector made one of {ticket.Length} bytes, and at most {ITicketProtector.MaxTicketSize} are sent";
    }
}

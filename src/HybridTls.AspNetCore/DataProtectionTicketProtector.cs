using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>Seals tickets with the key ring of the application. Whatever happens to the ring, it answers null and never throws.</summary>
internal sealed class DataProtectionTicketProtector : ITicketProtector
{
    /// <summary>With a version: what is sealed for one is opened for no other.</summary>
    private const string Purpose = "HybridTls.Tickets.v1";

    // Data Protection's documented payload begins with this and the id of its key.
    private const uint MagicHeader = 0x09F0C9F0;
    private const int KeyIdStart = sizeof(uint);
    private const int KeyIdSize = 16;

    private readonly IDataProtector _protector;
    private readonly KeyRingWatch _watch;
    private readonly KeyRingState _ring;
    private readonly ILogger _logger;
    private Guid _revoked;

    public DataProtectionTicketProtector(
        IDataProtectionProvider provider, IKeyManager keys, HybridTlsTicketProtectionOptions options, TimeProvider timeProvider, ILogger logger)
    {
        _protector = provider.CreateProtector(Purpose);
        if (options.Discriminator.Length > 0)
            _protector = _protector.CreateProtector(options.Discriminator);
        _watch = new KeyRingWatch(keys, options.RevocationCheckInterval, timeProvider, logger);
        _ring = new KeyRingState(() => _protector.Protect([]), timeProvider, logger);
        _logger = logger;
        TicketLifetime = options.TicketLifetime;
    }

    public TimeSpan TicketLifetime { get; }

    /// <inheritdoc cref="KeyRingWatch.IsReading"/>
    internal bool IsReadingRing => _watch.IsReading;

#pragma warning disable CA1031 // Storage of any kind can be under the ring, and throw anything; a handshake goes on without a ticket.
    public byte[]? Protect(ReadOnlySpan<byte> session)
    {
        if (!_ring.IsUsable())
            return null;
        byte[] copy = session.ToArray();
        try
        {
            byte[] ticket = _protector.Protect(copy);
            if (KeyIdOf(ticket) is not { } id || _watch.Accepts(id, isOurs: true))
                return ticket;
            // The ring that Data Protection holds may be a day old.
            if (_revoked != id)
                AspNetCoreLog.KeyIsRevoked(_logger, id);
            _revoked = id;
            return null;
        }
        catch (Exception exception)
        {
            _ring.Doubt(exception);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    public byte[]? Unprotect(ReadOnlySpan<byte> ticket)
    {
        Guid? id = KeyIdOf(ticket);
        if (!_ring.IsUsable() || (id is { } named && !_watch.Accepts(named, isOurs: false)))
            return null;
        try
        {
            byte[] session = _protector.Unprotect(ticket.ToArray());
            if (id is { } opened)
                _watch.Learn(opened);
            return session;
        }
        catch (CryptographicException exception) when (exception.InnerException is null)
        {
            return null; // altered, of another ring, or its key is revoked or gone
        }
        catch (Exception exception)
        {
            _ring.Doubt(exception);
            return null;
        }
    }
#pragma warning restore CA1031

    private static Guid? KeyIdOf(ReadOnlySpan<byte> ticket) =>
        ticket.Length >= KeyIdStart + KeyIdSize && BinaryPrimitives.ReadUInt32BigEndian(ticket) == MagicHeader
            ? new Guid(ticket.Slice(KeyIdStart, KeyIdSize))
            : null;
}

using System.Net;

namespace HybridTls.Connections;

/// <summary>
/// The handshakes of one endpoint in the order in which they began. An honest client is done in a round trip; so where there are too many,
/// the one that has waited longest is the one to give up.
/// </summary>
/// <param name="max">How many at most; null for any number.</param>
/// <param name="maxPerAddress">How many of one address; null for any number.</param>
internal sealed class HandshakesUnderWay(int? max, int? maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<HandshakeTicket> _all = new();
    private readonly Dictionary<IPAddress, LinkedList<HandshakeTicket>> _byAddress = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _all.Count;
        }
    }

    /// <summary>One more.</summary>
    /// <returns>The one to give up for it, which is no longer counted; null for none.</returns>
    public HandshakeTicket? Add(HandshakeTicket ticket, IPAddress? address)
    {
        if (max is null && maxPerAddress is null)
            return null;
        lock (_lock)
        {
            HandshakeTicket? oldest = null;
            ticket.Place = _all.AddLast(ticket);
            if (maxPerAddress is not null && address is not null)
            {
                ticket.Address = Network(address);
                if (!_byAddress.TryGetValue(ticket.Address, out LinkedList<HandshakeTicket>? ofAddress))
                    _byAddress.Add(ticket.Address, ofAddress = new LinkedList<HandshakeTicket>());
                ticket.PlaceOfAddress = ofAddress.AddLast(ticket);
                if (ofAddress.Count > maxPerAddress)
                    oldest = ofAddress.First!.Value;
            }

            if (_all.Count > max)
                oldest ??= _all.First!.Value;
            if (oldest is not null)
                Forget(oldest);
            return oldest;
        }
    }

    /// <summary>One has ended.</summary>
    public void Remove(HandshakeTicket ticket)
    {
        lock (_lock)
            Forget(ticket);
    }

    /// <summary>The network that one customer has: an IPv4 address, or an IPv6 prefix of 64 bits, in which he may choose any address.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length) || length != 16)
            return address;
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private void Forget(HandshakeTicket ticket)
    {
        if (ticket.Place is { } place)
            _all.Remove(place);
        if (ticket.PlaceOfAddress is { List: { } ofAddress } placeOfAddress)
        {
            ofAddress.Remove(placeOfAddress);
            if (ofAddress.Count == 0)
                _byAddress.Remove(ticket.Address!);
        }

        ticket.Place = ticket.PlaceOfAddress = null;
    }
}

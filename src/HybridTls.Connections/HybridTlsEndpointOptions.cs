namespace HybridTls;

/// <summary>All that a server's endpoint is told: how it authenticates and negotiates, and what its handshakes may cost.</summary>
public sealed class HybridTlsEndpointOptions : HybridTlsServerOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public HybridTlsEndpointOptions()
    {
    }

    /// <summary>Copies <paramref name="other"/>, be it of an endpoint or only what handshakes negotiate.</summary>
    public HybridTlsEndpointOptions(HybridTlsServerOptions other)
        : base(other)
    {
        if (other is not HybridTlsEndpointOptions endpoint)
            return;
        OnConnection = endpoint.OnConnection;
        MaxConcurrentHandshakes = endpoint.MaxConcurrentHandshakes;
        MaxQueuedHandshakes = endpoint.MaxQueuedHandshakes;
        MaxHalfOpenHandshakes = endpoint.MaxHalfOpenHandshakes;
        MaxHalfOpenHandshakesPerAddress = endpoint.MaxHalfOpenHandshakesPerAddress;
        ReloadInterval = endpoint.ReloadInterval;
        OnHandshakeFailed = endpoint.OnHandshakeFailed;
        UseFallback = endpoint.UseFallback;
    }

    /// <summary>
    /// Chooses the options of each connection by its ClientHello, under the deadline of the handshake, which is that of this endpoint
    /// (<see cref="HybridTlsOptions.HandshakeTimeout"/>). The result replaces what these options say of the negotiation; null refuses the
    /// name with <c>unrecognized_name</c>. Keep the options it returns: making a credential for every connection is slow.
    /// </summary>
    public Func<HybridTlsSelectionContext, ValueTask<HybridTlsServerOptions?>>? OnConnection { get; set; }

    /// <summary>
    /// How many handshakes are worked on at a time. A handshake has a place only while it computes, some 300 µs from the choice of its
    /// options to the server's flight, and not while it waits for its client, a callback or a signer; so more places than processors gain
    /// nothing, and fewer leave processors to established connections. Default: as many as there are processors; null for any number.
    /// </summary>
    public int? MaxConcurrentHandshakes { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// How many more wait for a place, first come first served. Those beyond are refused at once (internal_error). Default: 4096, about
    /// a second of work for one processor.
    /// </summary>
    public int MaxQueuedHandshakes { get; set; } = 4096;

    /// <summary>
    /// How many handshakes may be under way, from the connection to its end, most of them waiting for their client: each takes some 15 KiB
    /// of memory. When there are more, the one that has waited longest is given up (internal_error): honest clients answer within a round
    /// trip, those who attack do not. Default: 8192; null for any number.
    /// </summary>
    public int? MaxHalfOpenHandshakes { get; set; } = 8192;

    /// <summary>
    /// As <see cref="MaxHalfOpenHandshakes"/>, for each remote address (IPv4) or network of 64 bits (IPv6), so that one client cannot
    /// use up what all share. Not for servers behind a proxy or a load balancer, whose clients share an address. Default: null, any number.
    /// </summary>
    public int? MaxHalfOpenHandshakesPerAddress { get; set; }

    /// <summary>
    /// How often the files that the configuration names are looked at; new certificates serve new connections, the others go on.
    /// Default: 5 seconds; <see cref="Timeout.InfiniteTimeSpan"/> for never. Only for options from the configuration.
    /// </summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Called for every handshake that failed, after the peer was told. It must not block; what it throws is logged.</summary>
    public Action<FailedHandshake>? OnHandshakeFailed { get; set; }

    /// <summary>
    /// Sends a client to the endpoint's fallback although HybridTls could serve it; must not block. For clients that offer mldsa65 and
    /// trust no authority that has such a key: browsers are about to, and say of nobody what they trust. Tell them by the name they ask
    /// for, e.g. <c>hello => hello.ServerName == "www.example.com"</c>. Default: null, for none.
    /// </summary>
    public Func<ClientHelloInfo, bool>? UseFallback { get; set; }

    /// <summary>Refuses options of the endpoint that cannot work; what handshakes negotiate is judged where it is sealed.</summary>
    /// <exception cref="InvalidOperationException">An option cannot work; the message names it.</exception>
    internal void ValidateEndpoint()
    {
        if (OnConnection is not null && SelectOptions is not null)
            throw new InvalidOperationException("OnConnection and SelectOptions are both set: either chooses the options of a connection.");
        ThrowIfNotPositive(MaxConcurrentHandshakes, nameof(MaxConcurrentHandshakes));
        if (MaxQueuedHandshakes < 0)
            throw new InvalidOperationException($"MaxQueuedHandshakes is {MaxQueuedHandshakes}; it must not be negative.");
        ThrowIfNotPositive(MaxHalfOpenHandshakes, nameof(MaxHalfOpenHandshakes));
        ThrowIfNotPositive(MaxHalfOpenHandshakesPerAddress, nameof(MaxHalfOpenHandshakesPerAddress));
        if ((ReloadInterval <= TimeSpan.Zero && ReloadInterval != Timeout.InfiniteTimeSpan) || ReloadInterval > MaxHandshakeTimeout)
        {
            throw new InvalidOperationException(
                $"ReloadInterval is {ReloadInterval}; it must be positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }

    private static void ThrowIfNotPositive(int? number, string option)
    {
        if (number is <= 0)
            throw new InvalidOperationException($"{option} is {number}; it must be positive, or null for any number.");
    }
}

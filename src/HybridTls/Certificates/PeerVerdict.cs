namespace HybridTls;

/// <summary>A callback's judgement of a peer. The default value refuses.</summary>
public readonly struct PeerVerdict : IEquatable<PeerVerdict>
{
    private readonly bool _accepted;
    private readonly string? _reason;
    private readonly TlsAlert _alert;

    private PeerVerdict(bool accepted, string? reason, TlsAlert alert)
    {
        _accepted = accepted;
        _reason = reason;
        _alert = alert;
    }

    /// <summary>The peer is acceptable.</summary>
    public static PeerVerdict Accept { get; } = new(true, null, default);

    /// <summary>Whether the peer is acceptable.</summary>
    public bool IsAccepted => _accepted;

    /// <summary>Why not, for the local operator; the peer sees just the alert.</summary>
    public string Reason => _accepted ? "" : _reason ?? "no reason was given";

    /// <summary>The alert for the peer.</summary>
    public TlsAlert Alert => _accepted || _reason is not null ? _alert : TlsAlert.CertificateUnknown;

    /// <summary>The peer is refused.</summary>
    /// <param name="reason">Why, for the local operator.</param>
    /// <param name="alert">
    /// The alert for the peer: one of those about certificates, <see cref="TlsAlert.AccessDenied"/> or <see cref="TlsAlert.UnknownCa"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="reason"/> is empty, or <paramref name="alert"/> is not an error alert about the peer.
    /// </exception>
    public static PeerVerdict Refuse(string reason, TlsAlert alert = TlsAlert.CertificateUnknown)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (alert is not (TlsAlert.BadCertificate or TlsAlert.UnsupportedCertificate or TlsAlert.CertificateRevoked
            or TlsAlert.CertificateExpired
            or TlsAlert.CertificateUnknown or TlsAlert.UnknownCa or TlsAlert.AccessDenied))
            throw new ArgumentException($"The alert {alert} does not say that a peer is refused.", nameof(alert));
        return new PeerVerdict(false, reason, alert);
    }

    /// <summary>The peer is refused with any alert, even one that says nothing of certificates.</summary>
    internal static PeerVerdict RefuseWith(TlsAlert alert, string reason) => new(false, reason, alert);

    /// <inheritdoc/>
    public bool Equals(PeerVerdict other) => _accepted == other._accepted && _alert == other._alert && _reason == other._reason;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerVerdict other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_accepted, _alert, _reason);

    /// <summary>Whether two verdicts are equal.</summary>
    public static bool operator ==(PeerVerdict left, PeerVerdict right) => left.Equals(right);

    /// <summary>Whether two verdicts differ.</summary>
    public static bool operator !=(PeerVerdict left, PeerVerdict right) => !left.Equals(right);
}

using HybridTls.Resumption;

namespace HybridTls;

/// <summary>What a server chooses.</summary>
public class HybridTlsServerOptions : HybridTlsOptions
{
    /// <summary>The most tickets that are sent after one handshake.</summary>
    internal const int MaxTicketCount = 16;

#pragma warning disable RS0022 // An endpoint's options are these and more. There is nothing to override.
    /// <summary>Creates options with the defaults.</summary>
    public HybridTlsServerOptions()
    {
    }

    /// <summary>Copies <paramref name="other"/>.</summary>
    public HybridTlsServerOptions(HybridTlsServerOptions other)
        : base(other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ClientCertificateMode = other.ClientCertificateMode;
        SendCertificateAuthorities = other.SendCertificateAuthorities;
        SelectOptions = other.SelectOptions;
        CertificateAuthorities = other.CertificateAuthorities;
        TicketProtector = other.TicketProtector;
        TicketCount = other.TicketCount;
        TicketLifetime = other.TicketLifetime;
    }
#pragma warning restore RS0022

    /// <summary>Whether clients are asked for a certificate. Default: <see cref="ClientAuthenticationMode.NoCertificate"/>.</summary>
    public ClientAuthenticationMode ClientCertificateMode { get; set; }

    /// <summary>Names the trust anchors in certificate_authorities (RFC 9846 §4.3.4), so that a client can choose. Default: false.</summary>
    public bool SendCertificateAuthorities { get; set; }

    /// <summary>
    /// Seals the sessions that clients can resume. Null (the default): <see cref="RotatingTicketProtector.Shared"/>, whose keys live in
    /// this process and change every hour. Servers that are to resume each other's sessions need one with common keys.
    /// </summary>
    public ITicketProtector? TicketProtector { get; set; }

    /// <summary>
    /// How many tickets a client gets after a full handshake, 0 to 16, unless it asks for another number (RFC 9149; at most 16 are sent).
    /// After a resumption it gets one. Default: 2. With 0 it gets none, but can use those it has.
    /// </summary>
    public int TicketCount { get; set; } = 2;

    /// <summary>
    /// How long a ticket can be used: at least a second, at most 7 days, and no longer than the keys of <see cref="TicketProtector"/>
    /// live. Default: 24 hours.
    /// </summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Chooses the options for one connection by its ClientHello (server name, application protocols). The result replaces these
    /// options altogether; its own <see cref="SelectOptions"/> is not called. Null refuses the name with <c>unrecognized_name</c>.
    /// </summary>
    public Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>>? SelectOptions { get; set; }

    /// <summary>The names to send in certificate_authorities, encoded; null: as <see cref="SendCertificateAuthorities"/> says.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>>? CertificateAuthorities { get; set; }

    /// <summary><see cref="TicketProtector"/>, or the one that stands in for it.</summary>
    internal ITicketProtector EffectiveTicketProtector => TicketProtector ?? RotatingTicketProtector.Shared;

    /// <summary>A copy for connections, checked; what the caller changes from now on is for later ones.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="Validate"/> says.</exception>
    internal HybridTlsServerOptions Seal(bool selected = false)
    {
        if (IsSealed)
            return this;
        HybridTlsServerOptions copy = new(this) { IsSealed = true };
        copy.Validate(selected);
        return copy;
    }

    /// <summary>Refuses options that cannot work; those that <see cref="SelectOptions"/> replaces need no credential.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    internal void Validate(bool selected = false)
    {
        ValidateCommon();
        if (TicketCount is < 0 or > MaxTicketCount)
            throw new InvalidOperationException($"TicketCount is {TicketCount}; it must be 0 to {MaxTicketCount}.");
        if (TicketLifetime < TimeSpan.FromSeconds(1) || TicketLifetime > ITicketProtector.MaxTicketLifetime)
            throw new InvalidOperationException($"TicketLifetime is {TicketLifetime}; it must be 1 second to 7 days (RFC 9846 §4.7.1).");
        if (SelectOptions is not null && !selected)
            return;
        if (Credential is null)
            throw new InvalidOperationException("Credential is not set: a server needs one, e.g. HybridTlsCredential.FromPemFiles(certificate, key).");
        if (ClientCertificateMode != ClientAuthenticationMode.NoCertificate && PeerValidation is null)
        {
            throw new InvalidOperationException(
                $"ClientCertificateMode is {ClientCertificateMode}, but PeerValidation is not set: say whom the server trusts.");
        }

        if (SendCertificateAuthorities && PeerValidation is { AnchorSubjects.Count: 0 })
            throw new InvalidOperationException("SendCertificateAuthorities needs a PeerValidation with trust anchors.");
    }
}

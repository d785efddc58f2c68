using HybridTls.Certificates;
using HybridTls.Messages;

namespace HybridTls;

/// <summary>What a client chooses.</summary>
public sealed class HybridTlsClientOptions : HybridTlsOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public HybridTlsClientOptions()
    {
        SessionCache = new ClientSessionCache();
    }

    /// <summary>Copies <paramref name="other"/>.</summary>
    public HybridTlsClientOptions(HybridTlsClientOptions other)
        : base(other)
    {
        ArgumentNullException.ThrowIfNull(other);
        TargetHost = other.TargetHost;
        SendServerName = other.SendServerName;
        SelectCredential = other.SelectCredential;
        OwnCertificateTypes = other.OwnCertificateTypes;
        SessionCache = other.SessionCache;
        RequestedTickets = other.RequestedTickets;
    }

    /// <summary>
    /// The server's name or IP address: what its certificate must say (RFC 9525), and, if it is a DNS name, what server_name sends
    /// (RFC 6066). Required unless the peer is judged by pinned keys alone; <c>ConnectAsync</c> takes the host when it is null.
    /// </summary>
    public string? TargetHost { get; set; }

    /// <summary>Sends server_name. Default: true.</summary>
    public bool SendServerName { get; set; } = true;

    /// <summary>
    /// Chooses the credential when the server asks for one, by what its CertificateRequest says (RFC 9846 §4.4.2); the result replaces
    /// <see cref="HybridTlsOptions.Credential"/> for this connection, and null sends none. It must not block. Default: null, always
    /// <see cref="HybridTlsOptions.Credential"/>.
    /// </summary>
    /// <remarks>
    /// A resumed session goes on as the client that was chosen when it began, without asking again. Sessions are resumed only by options with
    /// the same delegate object: keep one where you make options more than once.
    /// </remarks>
    public Func<CertificateRequestInfo, HybridTlsCredential?>? SelectCredential { get; set; }

    /// <summary>How we can present our key, in order of preference; null: as the credential is.</summary>
    internal IReadOnlyList<CertificateType>? OwnCertificateTypes { get; set; }

    /// <summary>
    /// Where sessions wait to be resumed. Default: a <see cref="ClientSessionCache"/> of these options, which copies of them share. Null:
    /// none are kept.
    /// </summary>
    public IClientSessionCache? SessionCache { get; set; }

    /// <summary>How many tickets to ask the server for (ticket_request, RFC 9149), 0 to 255; null (the default): as many as it likes.</summary>
    public int? RequestedTickets { get; set; }

    /// <summary>Whether sessions are kept and resumed.</summary>
    internal bool Resumes => AllowTlsResume && SessionCache is not null;

    /// <summary>A copy for connections, checked; what the caller changes from now on is for later ones.</summary>
    /// <param name="host">The server's name if the options say none.</param>
    /// <exception cref="InvalidOperationException">As <see cref="Validate"/> says.</exception>
    internal HybridTlsClientOptions Seal(string? host = null)
    {
        if (IsSealed)
            return this;
        HybridTlsClientOptions copy = new(this) { IsSealed = true };
        copy.TargetHost ??= host;
        copy.Validate();
        return copy;
    }

    /// <summary>Refuses options that cannot work.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    internal void Validate()
    {
        if (PeerValidation is null) // HT-AUTH-3
        {
            throw new InvalidOperationException(
                "PeerValidation is not set: say whom the client trusts, e.g. PeerValidation.TrustAnchors(root) or PinnedPublicKeys(key).");
        }

        if (PeerValidation.NeedsServerName)
        {
            if (string.IsNullOrEmpty(TargetHost))
            {
                throw new InvalidOperationException(
                    "TargetHost is not set: there is no name to check the server's certificate against. Set it, or use PeerValidation.WithServerName.");
            }

            if (!HostName.TryParse(TargetHost, out _))
                throw new InvalidOperationException($"TargetHost is \"{TargetHost}\", which is neither a host name nor an IP address.");
        }

        if (RequestedTickets is < 0 or > byte.MaxValue)
            throw new InvalidOperationException($"RequestedTickets is {RequestedTickets}; it must be 0 to 255, or null.");
        ValidateCommon();
    }
}

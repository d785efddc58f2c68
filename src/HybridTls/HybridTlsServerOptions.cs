namespace HybridTls;

/// <summary>What a server chooses.</summary>
public sealed class HybridTlsServerOptions : HybridTlsOptions
{
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
    }

    /// <summary>Whether clients are asked for a certificate. Default: <see cref="ClientCertificateMode.NoCertificate"/>.</summary>
    public ClientCertificateMode ClientCertificateMode { get; set; }

    /// <summary>Names the trust anchors in certificate_authorities (RFC 9846 §4.3.4), so that a client can choose. Default: false.</summary>
    public bool SendCertificateAuthorities { get; set; }

    /// <summary>
    /// Chooses the options for one connection by its ClientHello (server name, application protocols). The result replaces these
    /// options altogether; its own <see cref="SelectOptions"/> is not called. Null refuses the name with <c>unrecognized_name</c>.
    /// </summary>
    public Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>>? SelectOptions { get; set; }

    /// <summary>The names to send in certificate_authorities, encoded; null: as <see cref="SendCertificateAuthorities"/> says.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>>? CertificateAuthorities { get; set; }

    /// <summary>Refuses options that cannot work; those that <see cref="SelectOptions"/> replaces need no credential.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    internal void Validate(bool selected = false)
    {
        ValidateCommon();
        if (SelectOptions is not null && !selected)
            return;
        if (Credential is null)
            throw new InvalidOperationException("Credential is not set: a server needs one, e.g. HybridTlsCredential.FromPemFiles(certificate, key).");
        if (ClientCertificateMode != ClientCertificateMode.NoCertificate && PeerValidation is null)
        {
            throw new InvalidOperationException(
                $"ClientCertificateMode is {ClientCertificateMode}, but PeerValidation is not set: say whom the server trusts.");
        }

        if (SendCertificateAuthorities && PeerValidation is { AnchorSubjects.Count: 0 })
            throw new InvalidOperationException("SendCertificateAuthorities needs a PeerValidation with trust anchors.");
    }
}

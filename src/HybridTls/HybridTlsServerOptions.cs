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
    }

    /// <summary>Whether clients are asked for a certificate. Default: <see cref="ClientCertificateMode.NoCertificate"/>.</summary>
    public ClientCertificateMode ClientCertificateMode { get; set; }

    /// <summary>Names the trust anchors in certificate_authorities (RFC 9846 §4.3.4), so that a client can choose. Default: false.</summary>
    public bool SendCertificateAuthorities { get; set; }

    /// <summary>
    /// Chooses the options for one connection by its ClientHello (server name, application protocols). The result replaces these
    /// options altogether; its own <see cref="SelectOptions"/> is not called.
    /// </summary>
    public Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions>>? SelectOptions { get; set; }
}

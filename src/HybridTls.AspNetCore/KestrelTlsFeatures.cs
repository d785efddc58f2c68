using System.Security.Cryptography.X509Certificates;
using HybridTls.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace HybridTls.AspNetCore;

/// <summary>The features of a server's connection, with those that Kestrel and ASP.NET Core ask for.</summary>
/// <param name="connection">The connection.</param>
/// <param name="clientHello">What the client offered.</param>
/// <param name="duration">How long the handshake took.</param>
internal sealed class KestrelTlsFeatures(HybridTlsConnection connection, ClientHelloInfo? clientHello, TimeSpan duration)
    : TlsFeatures(connection, clientHello, duration), ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    private X509Certificate2? _certificate;

    public ReadOnlyMemory<byte> ApplicationProtocol => Parameters.ApplicationProtocol.Protocol;

    /// <summary>The client's certificate, loaded when it is first asked for; it may be kept beyond the connection.</summary>
    public X509Certificate2? ClientCertificate
    {
        get
        {
            if (_certificate is null && Parameters.GetPeerCertificate() is { } certificate
                && Interlocked.CompareExchange(ref _certificate, certificate, null) is not null)
            {
                certificate.Dispose();
            }

            return _certificate;
        }
        set => _certificate = value;
    }

    /// <summary>TLS 1.3 asks for certificates in the handshake only: there is nothing to wait for.</summary>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    /// <inheritdoc/>
    public override void Register(IFeatureCollection features)
    {
        base.Register(features);
        features.Set<ITlsConnectionFeature>(this);
        features.Set<ITlsApplicationProtocolFeature>(this);
    }
}

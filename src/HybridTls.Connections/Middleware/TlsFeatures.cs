using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.Connections;

/// <summary>The features of one connection, whatever its host.</summary>
/// <param name="connection">The connection.</param>
/// <param name="clientHello">What the client offered; null on the client's side.</param>
/// <param name="duration">How long the handshake took.</param>
internal class TlsFeatures(HybridTlsConnection connection, ClientHelloInfo? clientHello, TimeSpan duration)
    : IHybridTlsFeature, ITlsHandshakeFeature, ITraffic
{
    public NegotiatedParameters Parameters { get; } = connection.Parameters;

    public NamedGroup Group => Parameters.Group;

    public SignatureScheme SignatureScheme => Parameters.SignatureScheme;

    public TlsCipherSuite CipherSuite => Parameters.CipherSuite;

    public bool IsResumed => Parameters.IsResumed;

    public DateTimeOffset AuthenticatedAt => Parameters.AuthenticatedAt;

    public ReadOnlyMemory<byte> PeerRawPublicKey => Parameters.PeerUsedRawPublicKey ? Parameters.PeerPublicKey : default;

    public ClientHelloInfo? ClientHello => clientHello;

    public TimeSpan HandshakeDuration => duration;

    public long BytesReceived => connection.BytesIn;

    public long BytesSent => connection.BytesOut;

    public SslProtocols Protocol => SslProtocols.Tls13;

    TlsCipherSuite? ITlsHandshakeFeature.NegotiatedCipherSuite => Parameters.CipherSuite;

    string ITlsHandshakeFeature.HostName => Parameters.ServerName ?? "";

    // The enumerations of the members below end before TLS 1.3; the values are those that SslStream reports for it.
#pragma warning disable SYSLIB0058 // Obsolete in favour of NegotiatedCipherSuite, but the interface demands them.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => CipherSuite switch
    {
        TlsCipherSuite.TLS_AES_256_GCM_SHA384 => CipherAlgorithmType.Aes256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256 => CipherAlgorithmType.Aes128,
        _ => CipherAlgorithmType.None,
    };

    int ITlsHandshakeFeature.CipherStrength => CipherSuite is TlsCipherSuite.TLS_AES_128_GCM_SHA256 ? 128 : 256;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm =>
        CipherSuite is TlsCipherSuite.TLS_AES_256_GCM_SHA384 ? HashAlgorithmType.Sha384 : HashAlgorithmType.Sha256;

    int ITlsHandshakeFeature.HashStrength => 0;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    int ITlsHandshakeFeature.KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    public void ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, Span<byte> output) =>
        connection.ExportKeyingMaterial(label, context, output);

    public byte[] ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, int length) =>
        connection.ExportKeyingMaterial(label, context, length);

    public byte[] GetChannelBinding() => connection.GetChannelBinding();

    public ValueTask UpdateKeysAsync(bool requestPeer, CancellationToken cancellationToken) =>
        connection.UpdateKeysAsync(requestPeer, cancellationToken);

    /// <summary>Sets all of them.</summary>
    public virtual void Register(IFeatureCollection features)
    {
        features.Set<IHybridTlsFeature>(this);
        features.Set<ITlsHandshakeFeature>(this);
    }
}

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>
/// What an endpoint's host adds to the middleware. This one is for hosts of which nothing is known but their
/// <see cref="IConnectionBuilder"/>; HybridTls.AspNetCore has the one for Kestrel.
/// </summary>
internal class EndpointHost
{
    private readonly IConnectionBuilder _builder;

    public EndpointHost(IConnectionBuilder builder)
    {
        _builder = builder;
        Telemetry = Telemetry.From(builder.ApplicationServices);
    }

    /// <summary>Where the host's metrics and logs go.</summary>
    public Telemetry Telemetry { get; }

    /// <summary>Hears of the handshakes; null for nobody.</summary>
    public virtual IHandshakeListener? Listener => null;

    /// <summary>What the endpoint says where the options say nothing; asked when it is bound.</summary>
    /// <exception cref="InvalidOperationException">The endpoint speaks nothing that can be protected.</exception>
    public virtual EndpointDefaults Defaults =>
        new(null, (ITicketProtector?)_builder.ApplicationServices?.GetService(typeof(ITicketProtector)));

    /// <summary>Says, when the endpoint is bound, what an operator would not expect.</summary>
    /// <exception cref="InvalidOperationException">What the endpoint serves is not protected.</exception>
    public virtual void Bind(ILogger logger)
    {
    }

    /// <summary>Whether a connection has TLS already.</summary>
    public virtual bool IsProtected(IFeatureCollection features) => features.Get<ITlsHandshakeFeature>() is not null;

    /// <summary>The features of a connection whose handshake is complete.</summary>
    public virtual TlsFeatures CreateFeatures(HybridTlsConnection connection, ClientHelloInfo? clientHello, TimeSpan duration) =>
        new(connection, clientHello, duration);

    /// <summary>How logs name the endpoint.</summary>
    public override string ToString() => $"Endpoint {_builder}";
}

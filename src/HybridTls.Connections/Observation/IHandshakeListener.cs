using System.Net;

namespace HybridTls.Connections;

/// <summary>What a server framework wants to know of the handshakes of its endpoints, for meters of its own.</summary>
internal interface IHandshakeListener
{
    /// <summary>A handshake begins.</summary>
    /// <param name="local">The endpoint's address.</param>
    void Started(EndPoint? local);

    /// <summary>A handshake has ended.</summary>
    /// <param name="local">The endpoint's address.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="error">Why it failed, as metrics name it; null if it did not.</param>
    void Stopped(EndPoint? local, TimeSpan duration, string? error);
}

using HybridTls.Tests;

namespace HybridTls.Load.Tests;

/// <summary>A server "localhost" under a root, and the options of both sides.</summary>
internal static class Identities
{
    public static HybridTlsCredential Server => TestIdentities.Server;

    /// <summary>No deadline: how long a handshake takes is not what a loaded machine can tell.</summary>
    public static HybridTlsServerOptions ServerOptions { get; } = new() { Credential = Server, HandshakeTimeout = TimeSpan.FromMinutes(1) };

    /// <summary>Full handshakes only: a session that one test leaves behind would change what another one sends and measures.</summary>
    public static HybridTlsClientOptions ClientOptions { get; } = new()
    {
        AllowTlsResume = false,
        TargetHost = "localhost",
        PeerValidation = TestIdentities.TrustRoot,
        HandshakeTimeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>The same, resuming: for the test that counts what sessions leave behind.</summary>
    public static HybridTlsClientOptions ResumingClientOptions { get; } = new()
    {
        TargetHost = "localhost",
        PeerValidation = TestIdentities.TrustRoot,
        HandshakeTimeout = TimeSpan.FromMinutes(1),
    };
}

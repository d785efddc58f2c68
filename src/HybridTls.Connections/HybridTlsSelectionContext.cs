using Microsoft.AspNetCore.Connections;

namespace HybridTls;

/// <summary>What a callback knows that chooses the options of one connection.</summary>
public sealed class HybridTlsSelectionContext
{
    /// <summary>The connection, whose handshake is under way.</summary>
    public required ConnectionContext Connection { get; init; }

    /// <summary>What the client offers. Nothing in it is authenticated.</summary>
    public required ClientHelloInfo ClientHello { get; init; }

    /// <summary>Cancelled when the handshake's deadline has passed, or the connection is closed.</summary>
    public CancellationToken CancellationToken { get; init; }
}

namespace HybridTls.AspNetCore;

/// <summary>A handshake found no place, and no place to wait.</summary>
internal sealed class HandshakeRefusedException(string message) : Exception(message);

using HybridTls.Tool.Inspection;

namespace HybridTls.Tool.Connections;

/// <summary>What one side sent before the other answered.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Start">When its first byte was sent, or received, since the connection attempt began.</param>
/// <param name="End">When its last byte was sent, or received.</param>
/// <param name="Size">Its bytes on the wire.</param>
internal sealed record Flight(Direction Sender, TimeSpan Start, TimeSpan End, long Size);

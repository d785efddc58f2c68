namespace HybridTls.Tests.Handshake;

/// <summary>One step of a machine: what came in a state, and the state after it.</summary>
/// <param name="Side">Whose machine.</param>
/// <param name="State">The state before.</param>
/// <param name="Event">A handshake type, or what the host did.</param>
/// <param name="Next">The state after.</param>
internal sealed record Transition(PeerRole Side, string State, string Event, string Next);

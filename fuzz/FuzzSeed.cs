namespace HybridTls.Fuzz;

/// <summary>One input of a corpus.</summary>
/// <param name="Name">The file name without extension.</param>
/// <param name="Bytes">The input.</param>
internal sealed record FuzzSeed(string Name, byte[] Bytes);

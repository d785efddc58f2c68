namespace HybridTls.Fuzz;

/// <summary>What is fuzzed: a function of bytes that throws only if a property does not hold.</summary>
/// <param name="Name">The name on the command line and of the corpus folder.</param>
/// <param name="Description">What the input is and what must hold.</param>
/// <param name="Fuzz">The function.</param>
/// <param name="Seeds">Well-formed inputs, always the same: the committed corpus.</param>
internal sealed record FuzzTarget(string Name, string Description, FuzzFunction Fuzz, Func<IEnumerable<FuzzSeed>> Seeds);

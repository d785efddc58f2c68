namespace HybridTls.Fuzz;

/// <summary>Feeds <paramref name="input"/> to the code under test and returns how that judged it.</summary>
/// <returns>A short description of the outcome: the campaign keeps inputs that lead to a new one.</returns>
/// <exception cref="FuzzFailureException">A property does not hold.</exception>
internal delegate string FuzzFunction(ReadOnlySpan<byte> input);

namespace HybridTls.Bogo;

/// <summary>Something that a flag asks for does not hold: exit code 1.</summary>
internal sealed class ExpectationException(string what) : Exception(what);

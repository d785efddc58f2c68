namespace HybridTls.Fuzz;

/// <summary>A property that must hold for every input does not.</summary>
internal sealed class FuzzFailureException(string message, Exception? innerException = null) : Exception(message, innerException);

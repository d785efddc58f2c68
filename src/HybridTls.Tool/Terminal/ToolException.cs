namespace HybridTls.Tool;

/// <summary>A failure that is told to the user as one line: what went wrong, and what to do about it.</summary>
internal sealed class ToolException(string message, Exception? innerException = null) : Exception(message, innerException);

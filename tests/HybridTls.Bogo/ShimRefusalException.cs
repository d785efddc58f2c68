namespace HybridTls.Bogo;

/// <summary>A callback of the shim refuses, as a flag asks for; the message is the error that the runner expects.</summary>
internal sealed class ShimRefusalException(string error) : Exception(error);

using System.Net;

namespace BedrockEcho;

/// <summary>A name within this process.</summary>
internal sealed class InProcessEndPoint(string name) : EndPoint
{
    public override bool Equals(object? obj) => obj is InProcessEndPoint other && other.ToString() == ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"memory:{name}";
}

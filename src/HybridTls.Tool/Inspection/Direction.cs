namespace HybridTls.Tool.Inspection;

/// <summary>Who sent something.</summary>
internal enum Direction
{
    /// <summary>The client sent it; ">" in captures.</summary>
    FromClient,

    /// <summary>The server sent it; "&lt;" in captures.</summary>
    FromServer,
}

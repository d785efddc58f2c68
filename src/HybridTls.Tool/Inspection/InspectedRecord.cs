using HybridTls.Records;
using HybridTls.Tool.Connections;

namespace HybridTls.Tool.Inspection;

/// <summary>One record, and what was in it.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Offset">Where it begins in what that side sent.</param>
/// <param name="Type">Its type: the inner one, if it was decrypted.</param>
/// <param name="Size">Its size on the wire with the header, in bytes.</param>
/// <param name="Protection">Null for a plain record; else the keys that opened it, or why none did.</param>
/// <param name="IsReadable">Whether its content is known.</param>
/// <param name="Contents">The messages that end in it, or what else it says.</param>
internal sealed record InspectedRecord(
    Direction Sender, long Offset, ContentType Type, int Size, string? Protection, bool IsReadable, IReadOnlyList<Detail> Contents);

namespace HybridTls.Messages;

/// <summary>The values that are reserved to be ignored (RFC 8701 §2).</summary>
internal static class Grease
{
    /// <summary>Whether a code point of two bytes (cipher suite, group, extension, version, signature scheme) is reserved.</summary>
    public static bool IsReserved(ushort codePoint) => (codePoint & 0x0F0F) == 0x0A0A && codePoint >> 8 == (codePoint & 0xFF);

    /// <summary>One of the 16 reserved code points of two bytes, chosen by the low four bits of <paramref name="random"/>.</summary>
    public static ushort CodePoint(byte random) => (ushort)(0x0A0A + 0x1010 * (random & 0x0F));
}

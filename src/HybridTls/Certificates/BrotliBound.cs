namespace HybridTls.Certificates;

/// <summary>Says before anything is inflated that a Brotli stream (RFC 7932 §9) makes a decoder write little more than it is announced to.</summary>
/// <remarks>
/// A decoder fills its window before it hands anything out, whatever room the caller gives: 14 bytes can make it write 16 MiB, in a third
/// of a second. So either the window is small, or the stream has the form in which encoders write what fits one meta-block, whose header
/// states the length.
/// </remarks>
internal static class BrotliBound
{
    /// <summary>The largest window, in bits, that may be filled in vain: 64 KiB.</summary>
    private const int HarmlessWindowBits = 16;

    /// <summary>Whether the decoder of <paramref name="data"/> cannot go far beyond <paramref name="length"/> bytes.</summary>
    public static bool IsBounded(ReadOnlySpan<byte> data, int length)
    {
        int position = 0;
        if (ReadWindowBits(data, ref position) <= HarmlessWindowBits)
            return true;
        bool isLast = Read(data, ref position, 1) != 0;
        if (isLast && Read(data, ref position, 1) != 0)
            return true; // empty
        int nibbles = 4 + Read(data, ref position, 2);
        if (nibbles == 7)
            return false; // metadata
        if (Read(data, ref position, 4 * nibbles) != length - 1)
            return false;
        if (isLast)
            return true;

        // What does not compress stands as it is, and an empty meta-block ends the stream: the bits 11.
        return Read(data, ref position, 1) != 0 && data.Length == ((position + 7) / 8) + length + 1 && data[^1] == 3;
    }

    // §9.1: 1, 4 or 7 bits.
    private static int ReadWindowBits(ReadOnlySpan<byte> data, ref int position)
    {
        if (Read(data, ref position, 1) == 0)
            return 16;
        int large = Read(data, ref position, 3);
        if (large != 0)
            return 17 + large;
        int small = Read(data, ref position, 3);
        return small == 0 ? 17 : 8 + small; // 9 is reserved, and every decoder refuses it
    }

    /// <summary>Reads bits, the least significant of each byte first; zeros behind the end.</summary>
    private static int Read(ReadOnlySpan<byte> data, ref int position, int count)
    {
        int value = 0;
        for (int i = 0; i < count; i++, position++)
        {
            if (position / 8 < data.Length)
                value |= (data[position / 8] >> (position % 8) & 1) << i;
        }

        return value;
    }
}

using System.Buffers.Binary;

namespace HybridTls.Fuzz;

/// <summary>
/// Changes the list of extensions at the end of a message and writes all lengths anew, so that the change gets past the outer
/// readers: what blind mutation hardly ever achieves.
/// </summary>
internal sealed class ExtensionMutator(Random random, byte[][] dictionary)
{
    private const int HandshakeHeaderSize = 4;

    /// <summary>Changes <paramref name="input"/>, or gives null if it does not end with a list of extensions.</summary>
    public byte[]? Mutate(byte[] input)
    {
        int start = FindBlock(input);
        if (start < 0)
            return null;
        List<(byte[] Type, byte[] Data)> extensions = Split(input.AsSpan(start + 2));
        Change(extensions);

        byte[] block = [.. extensions.SelectMany(extension => (byte[])[.. extension.Type, .. Length16(extension.Data), .. extension.Data])];
        byte[] output = [.. input.AsSpan(0, start), .. Length16(block), .. block];
        if (HasHandshakeHeader(input))
            WriteUInt24(output.AsSpan(1), output.Length - HandshakeHeaderSize);
        return output;
    }

    private void Change(List<(byte[] Type, byte[] Data)> extensions)
    {
        int index = random.Next(extensions.Count);
        (byte[] type, byte[] data) = extensions[index];
        switch (random.Next(8))
        {
            case 0:
                extensions.RemoveAt(index);
                break;
            case 1:
                extensions.Insert(random.Next(extensions.Count + 1), (type, data));
                break;
            case 2:
                int other = random.Next(extensions.Count);
                (extensions[index], extensions[other]) = (extensions[other], extensions[index]);
                break;
            case 3:
                extensions[index] = ([0, (byte)random.Next(64)], data);
                break;
            case 4:
                // Types that nobody knows, sometimes more than a message may have.
                for (int count = random.Next(4) == 0 ? 70 : 3; count > 0; count--)
                    extensions.Insert(random.Next(extensions.Count + 1), ([(byte)random.Next(1, 256), (byte)random.Next(256)], []));
                break;
            default:
                extensions[index] = (type, ChangeData(data));
                break;
        }
    }

    /// <summary>Changes the content of a vector and its length, or the bytes if there is no vector.</summary>
    private byte[] ChangeData(byte[] data)
    {
        if (data.Length > 2 && BinaryPrimitives.ReadUInt16BigEndian(data) <= data.Length - 2 && random.Next(4) > 0)
        {
            // A vector at the start, and perhaps another behind it, as in pre_shared_key.
            int length = BinaryPrimitives.ReadUInt16BigEndian(data);
            byte[] content = ChangeContent(data[2..(2 + length)]);
            byte[] rest = data[(2 + length)..];
            return [.. Length16(content), .. rest.Length > 0 ? ChangeData(rest) : rest];
        }

        if (data.Length > 1 && data[0] == data.Length - 1 && random.Next(4) > 0)
        {
            byte[] content = ChangeContent(data[1..]);
            return [(byte)content.Length, .. content];
        }

        return ChangeContent(data);
    }

    private byte[] ChangeContent(byte[] content)
    {
        int place = random.Next(content.Length + 1);
        switch (random.Next(6))
        {
            case 0:
                return [.. content, .. content]; // each element twice
            case 1:
                return content[..place];
            case 2:
                return [.. content.AsSpan(0, place), .. dictionary[random.Next(dictionary.Length)], .. content.AsSpan(place)];
            case 3 when content.Length > 0:
                byte[] changed = [.. content];
                changed[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 4:
                return [];
            default:
                return content;
        }
    }

    /// <summary>Where the length of a list of extensions stands that reaches to the very end; −1 if there is none.</summary>
    private static int FindBlock(ReadOnlySpan<byte> input)
    {
        for (int start = 0; start + 6 <= input.Length; start++)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(input[start..]) == input.Length - start - 2 && IsBlock(input[(start + 2)..]))
                return start;
        }

        return -1;
    }

    private static bool IsBlock(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 4)
        {
            int size = 4 + BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            if (size > bytes.Length)
                return false;
            bytes = bytes[size..];
        }

        return bytes.IsEmpty;
    }

    private static List<(byte[] Type, byte[] Data)> Split(ReadOnlySpan<byte> block)
    {
        var extensions = new List<(byte[] Type, byte[] Data)>();
        while (!block.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(block[2..]);
            extensions.Add((block[..2].ToArray(), block.Slice(4, length).ToArray()));
            block = block[(4 + length)..];
        }

        return extensions;
    }

    private static bool HasHandshakeHeader(byte[] input) =>
        (input[1] << 16 | input[2] << 8 | input[3]) == input.Length - HandshakeHeaderSize;

    private static byte[] Length16(byte[] content) => [(byte)(content.Length >> 8), (byte)content.Length];

    private static void WriteUInt24(Span<byte> bytes, int value)
    {
        bytes[0] = (byte)(value >> 16);
        bytes[1] = (byte)(value >> 8);
        bytes[2] = (byte)value;
    }
}

using System.Buffers.Binary;

namespace HybridTls.Fuzz;

/// <summary>Changes inputs at random, the same way for the same seed.</summary>
internal sealed class Mutator
{
    /// <summary>The longest input made.</summary>
    public const int MaxLength = 1 << 16;

    // Code points and lengths that mean something to TLS, which bit flips would hit too rarely.
    private static readonly byte[][] Dictionary =
    [
        [0x03, 0x01], [0x03, 0x03], [0x03, 0x04], [0x7F, 0x1C],
        [0x11, 0xEC], [0x00, 0x1D], [0x00, 0x17], [0x09, 0x05], [0x04, 0x03], [0x08, 0x04],
        [0x13, 0x01], [0x13, 0x02], [0x13, 0x03], [0x00, 0xFF],
        [0x0A, 0x0A], [0xFA, 0xFA], [0xFF, 0x01], [0xFE, 0x0D],
        [0, 0, 0, 0], [0x5A, 0x5A, 0, 1, 0],
        [0, 0], [0, 10], [0, 13], [0, 16], [0, 19], [0, 20], [0, 21], [0, 27], [0, 28], [0, 41], [0, 42], [0, 43], [0, 44],
        [0, 45], [0, 47], [0, 49], [0, 50], [0, 51], [0, 58],
        [0x00, 0x01], [0x00, 0x02], [0xFF, 0xFF], [0x7F, 0xFF], [0x80, 0x00], [0x40, 0x00], [0x40, 0x01], [0x41, 0x00], [0x41, 0x01],
        [0x00, 0x00, 0x00], [0xFF, 0xFF, 0xFF],
        [0x00, 0x2B, 0x00, 0x03, 0x02, 0x03, 0x04], [0x00, 0x2B, 0x00, 0x02, 0x03, 0x04],
        [0x00, 0x33, 0x00, 0x02, 0x11, 0xEC], [0x00, 0x33, 0x00, 0x02, 0x00, 0x00], [0x00, 0x0A, 0x00, 0x04, 0x00, 0x02, 0x11, 0xEC],
        [0x00, 0x00, 0x00, 0x00], [0x00, 0x2A, 0x00, 0x00], [0x00, 0x1C, 0x00, 0x02, 0x00, 0x3F],
        [0x14, 0x03, 0x03, 0x00, 0x01, 0x01], [0x15, 0x03, 0x03, 0x00, 0x02, 0x01, 0x00], [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28],
        [0x16, 0x03, 0x03], [0x17, 0x03, 0x03], [0x18, 0x00, 0x00, 0x01, 0x00], [0x01, 0x00, 0x00, 0x00],
        .. Texts,
    ];

    private readonly Random _random;
    private readonly ExtensionMutator _extensions;

    /// <summary>Creates a source of changes.</summary>
    public Mutator(int seed)
    {
        _random = new Random(seed);
        _extensions = new ExtensionMutator(_random, Dictionary);
    }

    private static byte[][] Texts => [[.. HybridTls.Messages.HelloRetryRequest.Random], [.. "DOWNGRD\u0001"u8], [.. "h2"u8]];

    /// <summary>Makes a new input out of <paramref name="parent"/>, sometimes with a part of <paramref name="other"/>.</summary>
    public byte[] Mutate(byte[] parent, byte[] other)
    {
        // A third of the inputs change only where a list of extensions allows it; the others are changed blindly, too.
        byte[] input = parent;
        if (_random.Next(2) == 0 && _extensions.Mutate(parent) is { } changed)
        {
            input = changed;
            if (_random.Next(3) > 0)
                return input.Length <= MaxLength ? input : input[..MaxLength];
        }

        for (int count = 1 + _random.Next(_random.Next(1, 6)); count > 0; count--)
            input = MutateOnce(input, other);
        return input.Length <= MaxLength ? input : input[..MaxLength];
    }

    /// <summary>A number below <paramref name="count"/>.</summary>
    public int Next(int count) => _random.Next(count);

    private byte[] MutateOnce(byte[] input, byte[] other)
    {
        switch (_random.Next(12))
        {
            case 0 or 1:
                return Overwrite(input, Position(input, 1), [(byte)(At(input, out int bit) ^ (1 << _random.Next(8)))], bit);
            case 2:
                return Overwrite(input, Position(input, 1), [(byte)_random.Next(256)]);
            case 3:
                return input[.._random.Next(input.Length + 1)];
            case 4:
                return [.. input, .. Bytes(_random.Next(1, 9))];
            case 5:
                return Replace(input, Position(input, 0), _random.Next(0, 9), []);
            case 6:
                return Replace(input, Position(input, 0), 0, Bytes(_random.Next(1, 9)));
            case 7:
                return Overwrite(input, Position(input, 1), Word());
            case 8:
                return Replace(input, Position(input, 0), 0, Word());
            case 9:
                return Splice(input, other);
            case 10:
                return TweakLength(input);
            default:
                return ResizeVector(input);
        }
    }

    private byte[] Word() => Dictionary[_random.Next(Dictionary.Length)];

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        if (_random.Next(2) == 0)
            _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Part(byte[] input, int maximumLength)
    {
        int from = Position(input, 1);
        return input[from..Math.Min(input.Length, from + _random.Next(1, maximumLength + 1))];
    }

    private int Position(byte[] input, int last) => _random.Next(Math.Max(1, input.Length + 1 - last));

    private byte At(byte[] input, out int position)
    {
        position = Position(input, 1);
        return position < input.Length ? input[position] : (byte)0;
    }

    /// <summary>Head of one input, tail of another; or a block of one copied into the other.</summary>
    private byte[] Splice(byte[] input, byte[] other)
    {
        int from = Position(other, 0);
        int length = _random.Next(other.Length - from + 1);
        ReadOnlySpan<byte> part = other.AsSpan(from, length);
        return _random.Next(3) switch
        {
            0 => [.. input.AsSpan(0, Position(input, 0)), .. other.AsSpan(from)],
            1 => Replace(input, Position(input, 0), 0, part),
            _ => Overwrite(input, Position(input, 1), part),
        };
    }

    /// <summary>Makes a number of one, two or three bytes a little larger or smaller, or what is left behind it.</summary>
    private byte[] TweakLength(byte[] input)
    {
        int width = _random.Next(1, 4);
        if (input.Length < width)
            return input;
        int position = _random.Next(input.Length - width + 1);
        int value = ReadNumber(input.AsSpan(position, width));
        value = _random.Next(4) == 0 ? input.Length - position - width + _random.Next(-1, 2) : value + _random.Next(-4, 5);
        byte[] changed = [.. input];
        WriteNumber(changed.AsSpan(position, width), value);
        return changed;
    }

    /// <summary>
    /// Inserts or removes bytes in something that looks like a vector and corrects its length and those of all that seem to
    /// enclose it, so that the change gets past the outer readers.
    /// </summary>
    private byte[] ResizeVector(byte[] input)
    {
        if (input.Length < 3)
            return input;
        int place = _random.Next(2, input.Length);
        int removed = _random.Next(2) == 0 ? 0 : Math.Min(_random.Next(1, 5), input.Length - place);
        byte[] inserted = removed > 0 ? [] : _random.Next(3) switch
        {
            0 => Word(),
            1 => Bytes(_random.Next(1, 5)),
            _ => Part(input, 48), // an element of a list once more, with luck
        };
        byte[] changed = Replace(input, place, removed, inserted);
        int difference = inserted.Length - removed;
        for (int start = 0; start + 2 <= place; start++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(start));
            int end = start + 2 + length;

            // Long vectors that reach to the very end, or short ones that enclose the place, are taken for lengths.
            if (end >= place + removed && end <= input.Length && (end == input.Length || length <= 2048))
                BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(start), (ushort)(length + difference));
        }

        return changed;
    }

    private static byte[] Overwrite(byte[] input, int position, ReadOnlySpan<byte> bytes, int? at = null)
    {
        byte[] changed = [.. input];
        Span<byte> rest = changed.AsSpan(Math.Min(at ?? position, changed.Length));
        bytes[..Math.Min(bytes.Length, rest.Length)].CopyTo(rest);
        return changed;
    }

    private static byte[] Replace(byte[] input, int position, int removed, ReadOnlySpan<byte> inserted)
    {
        position = Math.Min(position, input.Length);
        removed = Math.Min(removed, input.Length - position);
        return [.. input.AsSpan(0, position), .. inserted, .. input.AsSpan(position + removed)];
    }

    private static int ReadNumber(ReadOnlySpan<byte> bytes)
    {
        int value = 0;
        foreach (byte b in bytes)
            value = value << 8 | b;
        return value;
    }

    private static void WriteNumber(Span<byte> bytes, int value)
    {
        for (int i = bytes.Length - 1; i >= 0; i--, value >>= 8)
            bytes[i] = (byte)value;
    }
}

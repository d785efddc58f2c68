using System.Buffers;

namespace HybridTls.Fuzz.Targets;

/// <summary>Ways to deliver the same bytes: cut anywhere, in several segments, a little at a time.</summary>
internal static class Splitting
{
    /// <summary>Pieces of one byte.</summary>
    public static IEnumerable<int> Bytewise(int length) => Enumerable.Range(1, length);

    /// <summary>Where pieces of random sizes end; the same for the same bytes.</summary>
    public static IEnumerable<int> Random(byte[] bytes)
    {
        uint state = 2166136261;
        foreach (byte b in bytes)
            state = (state ^ b) * 16777619;
        int end = 0;

        // Long inputs get larger pieces: what each piece costs grows with the input.
        int large = Math.Max(200, bytes.Length / 8);
        while (end < bytes.Length)
        {
            state = state * 1664525 + 1013904223;

            // Mostly small pieces, sometimes a large one.
            int size = 1 + (int)(state >> 12) % ((state & 0x10000) == 0 && large == 200 ? 8 : large);
            end = Math.Min(bytes.Length, end + size);
            yield return end;
        }
    }

    /// <summary>Pieces that end at, just before and just behind the given places.</summary>
    public static IEnumerable<int> Around(IEnumerable<int> places, int length) =>
        places.SelectMany(place => new[] { place - 1, place, place + 1 })
            .Append(length)
            .Where(end => end > 0 && end <= length).Distinct().Order();

    /// <summary>The bytes in segments that end at <paramref name="ends"/>.</summary>
    public static ReadOnlySequence<byte> Segmented(ReadOnlyMemory<byte> bytes, IEnumerable<int> ends)
    {
        Segment? first = null;
        Segment? last = null;
        int start = 0;
        foreach (int end in ends.Append(bytes.Length))
        {
            if (end <= start || end > bytes.Length)
                continue;
            last = new Segment(bytes[start..end], last);
            first ??= last;
            start = end;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}

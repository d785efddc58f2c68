using System.Buffers;

namespace HybridTls.Tests.Records;

/// <summary>Bytes as a sequence split at chosen places.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    /// <summary>Splits <paramref name="bytes"/> into pieces of the given sizes; the rest is the last piece.</summary>
    public static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> bytes, params int[] sizes)
    {
        Segments first = new(bytes[..Math.Min(sizes.FirstOrDefault(), bytes.Length)], 0);
        Segments last = first;
        ReadOnlyMemory<byte> rest = bytes[first.Memory.Length..];
        foreach (int size in sizes.Skip(1).Append(int.MaxValue))
        {
            Segments next = new(rest[..Math.Min(size, rest.Length)], last.RunningIndex + last.Memory.Length);
            rest = rest[next.Memory.Length..];
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Splits into pieces of one size.</summary>
    public static ReadOnlySequence<byte> SplitEvery(ReadOnlyMemory<byte> bytes, int size) =>
        Split(bytes, [.. Enumerable.Repeat(size, (bytes.Length / size) + 1)]);
}

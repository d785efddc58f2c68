using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace SecureChannel;

/// <summary>Messages on a pipe.</summary>
internal static class Messages
{
    /// <summary>All messages until the peer ends its direction.</summary>
    public static async IAsyncEnumerable<Message> ReadMessagesAsync(
        this PipeReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (Message.TryRead(ref buffer) is { } message)
                yield return message;
            if (result.IsCompleted && !buffer.IsEmpty)
                throw new EndOfStreamException("The peer ended in the middle of a message.");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                yield break;
        }
    }
}

using System.Buffers;
using System.Runtime.ExceptionServices;

namespace HybridTls.Channels;

/// <summary>Where a channel's records go. The channel writes and says when; how they get to the peer is the shell's.</summary>
internal interface IChannelOutput : IBufferWriter<byte>
{
    /// <summary>Why nothing more can be sent although the peer can still be heard; null while it can.</summary>
    ExceptionDispatchInfo? Failure { get; }

    /// <summary>Sends what was written. Only the holder of the write turn calls it.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

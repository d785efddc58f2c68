using HybridTls.Cryptography;

namespace HybridTls.Channels;

/// <summary>The shell of a channel, as far as the channel has to know it.</summary>
/// <param name="Shell">Whom an <see cref="ObjectDisposedException"/> names.</param>
/// <param name="Gate">Keeps the secrets until the last operation has ended.</param>
/// <param name="Disposing">Cancelled when the shell's disposal begins.</param>
internal readonly record struct ChannelOwner(object Shell, UseGuard Gate, CancellationToken Disposing);

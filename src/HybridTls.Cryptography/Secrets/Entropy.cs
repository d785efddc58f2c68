using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The one place where random bytes come from, so that a test can fix them.</summary>
internal static class Entropy
{
    private static readonly AsyncLocal<Action<Memory<byte>>?> Replacement = new();
    private static bool _replaced;

    /// <summary>Fills <paramref name="destination"/> from the operating system's generator.</summary>
    public static void Fill(Span<byte> destination)
    {
        // The flag keeps AsyncLocal's lookup out of every process that never replaced the source.
        if (Volatile.Read(ref _replaced) && Replacement.Value is { } source)
        {
            byte[] bytes = new byte[destination.Length];
            source(bytes);
            bytes.CopyTo(destination);
            return;
        }

#pragma warning disable RS0030 // this is the seam
        RandomNumberGenerator.Fill(destination);
#pragma warning restore RS0030
    }

    /// <summary>Replaces the source for the current asynchronous flow (tests only) until the result is disposed.</summary>
    public static IDisposable Replace(Action<Memory<byte>> source)
    {
        Volatile.Write(ref _replaced, true);
        Action<Memory<byte>>? previous = Replacement.Value;
        Replacement.Value = source;
        return new Restore(previous);
    }

    private sealed class Restore(Action<Memory<byte>>? previous) : IDisposable
    {
        public void Dispose() => Replacement.Value = previous;
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Chooses the vector back end: asked once per operation, never inside a loop.</summary>
internal static class Lanes
{
    [ThreadStatic]
    private static LaneWidth _forced;

    /// <summary>The widest back end that this machine runs.</summary>
    public static LaneWidth Widest { get; } =
        IsSupported(LaneWidth.Vector512) ? LaneWidth.Vector512
        : IsSupported(LaneWidth.Vector256) ? LaneWidth.Vector256
        : IsSupported(LaneWidth.Vector128) ? LaneWidth.Vector128
        : LaneWidth.Scalar;

    /// <summary>The back end for an operation that starts now on this thread.</summary>
    public static LaneWidth Selected => _forced == 0 ? Widest : _forced;

    /// <summary>Every back end that this machine runs, narrowest first.</summary>
    public static IEnumerable<LaneWidth> Supported => Enum.GetValues<LaneWidth>().Where(IsSupported);

    /// <summary>Whether this machine runs the back end in hardware.</summary>
    public static bool IsSupported(LaneWidth width) => width switch
    {
        LaneWidth.Scalar => true,
        LaneWidth.Vector128 => Vector128.IsHardwareAccelerated,
        LaneWidth.Vector256 => Avx2.IsSupported,
        LaneWidth.Vector512 => Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported,
        _ => false,
    };

    /// <summary>Forces a back end for the calling thread until the result is disposed: the seam for tests and benchmarks.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine does not run <paramref name="width"/>.</exception>
    public static Forced Force(LaneWidth width)
    {
        if (!IsSupported(width))
        {
            throw new PlatformNotSupportedException($"This machine does not run the {width} back end.");
        }

        Forced previous = new(_forced);
        _forced = width;
        return previous;
    }

    /// <summary>Restores the previous choice when disposed.</summary>
    internal readonly struct Forced(LaneWidth previous) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => _forced = previous;
    }
}

using HybridTls.Records;

namespace HybridTls;

/// <summary>
/// How application data is cut into records. A receiver can use a record only when all of it has come: small records let the first
/// bytes of a page be used early, large ones cost less in bulk.
/// </summary>
/// <remarks>Sizes are those on the wire: the content and 22 bytes of header, inner type and tag (RFC 9846 §5.2).</remarks>
public sealed record RecordSizing
{
    /// <summary>The smallest record size that can be asked for, in bytes on the wire.</summary>
    internal const int MinRecordSize = 128;

    private readonly int _freshRecordSize = 1400;
    private readonly int _freshBytes = 16 * 1024;
    private readonly int _fullRecordSize = RecordLimits.MaxProtectedRecord;
    private readonly TimeSpan _idleAfter = TimeSpan.FromSeconds(1);

    /// <summary>Records that fit a TCP segment for the first 16 KiB after an idle second, full ones from then on.</summary>
    public static RecordSizing Adaptive { get; } = new();

    /// <summary>Always full records.</summary>
    public static RecordSizing Full { get; } = new() { FreshBytes = 0 };

    /// <summary>
    /// The size of a record while a flight is fresh, in bytes on the wire, 128 to 16,406. Default: 1,400, one TCP segment.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int FreshRecordSize
    {
        get => _freshRecordSize;
        init => _freshRecordSize = CheckRecordSize(value);
    }

    /// <summary>
    /// How many bytes of content a flight is fresh for. Default: 16,384, about what a new TCP connection sends before it waits for the
    /// first acknowledgement. 0: never.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int FreshBytes
    {
        get => _freshBytes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _freshBytes = value;
        }
    }

    /// <summary>The size of a record in bulk, in bytes on the wire, 128 to 16,406. Default: 16,406, the largest there is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int FullRecordSize
    {
        get => _fullRecordSize;
        init => _fullRecordSize = CheckRecordSize(value);
    }

    /// <summary>How long nothing must have been sent for the next flight to be a fresh one. Default: 1 second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan IdleAfter
    {
        get => _idleAfter;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _idleAfter = value;
        }
    }

    private static int CheckRecordSize(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, MinRecordSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, RecordLimits.MaxProtectedRecord);
        return value;
    }
}

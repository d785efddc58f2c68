using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>HKDF-Expand-Label and the labels of RFC 9846 §7.1–7.5.</summary>
internal static class HkdfLabel
{
    /// <summary>The longest label without its prefix: 255 − 6 bytes.</summary>
    public const int MaxLabelSize = 249;

    /// <summary>The longest context: here always a hash or a ticket nonce.</summary>
    public const int MaxContextSize = 255;

    /// <summary>The longest HkdfLabel structure.</summary>
    internal const int MaxInfoSize = 2 + 1 + 255 + 1 + MaxContextSize;

    public static ReadOnlySpan<byte> Derived => "derived"u8;
    public static ReadOnlySpan<byte> ExternalBinder => "ext binder"u8;
    public static ReadOnlySpan<byte> ResumptionBinder => "res binder"u8;
    public static ReadOnlySpan<byte> ClientHandshakeTraffic => "c hs traffic"u8;
    public static ReadOnlySpan<byte> ServerHandshakeTraffic => "s hs traffic"u8;
    public static ReadOnlySpan<byte> ClientApplicationTraffic => "c ap traffic"u8;
    public static ReadOnlySpan<byte> ServerApplicationTraffic => "s ap traffic"u8;
    public static ReadOnlySpan<byte> ExporterMaster => "exp master"u8;
    public static ReadOnlySpan<byte> ResumptionMaster => "res master"u8;
    public static ReadOnlySpan<byte> Resumption => "resumption"u8;
    public static ReadOnlySpan<byte> Exporter => "exporter"u8;
    public static ReadOnlySpan<byte> Finished => "finished"u8;
    public static ReadOnlySpan<byte> Key => "key"u8;
    public static ReadOnlySpan<byte> Iv => "iv"u8;
    public static ReadOnlySpan<byte> TrafficUpdate => "traffic upd"u8;

    private static ReadOnlySpan<byte> Prefix => "tls13 "u8;

    /// <summary>HKDF-Expand-Label (§7.1). Allocates nothing.</summary>
    /// <param name="hash">The suite's hash.</param>
    /// <param name="secret">At least as long as the hash.</param>
    /// <param name="label">Without the prefix "tls13 ", at most 249 bytes.</param>
    /// <param name="context">At most 255 bytes.</param>
    /// <param name="output">What is derived; at most 255 hashes, and below 2^16 bytes.</param>
    public static void Expand(
        HashAlgorithmName hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[MaxInfoSize];
        int length = WriteInfo(info, label, context, output.Length);
        HKDF.Expand(hash, secret, output, info[..length]);
    }

    /// <summary>Writes the HkdfLabel structure (§7.1) and returns its size.</summary>
    internal static int WriteInfo(Span<byte> info, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, int outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label.Length, MaxLabelSize, nameof(label));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context.Length, MaxContextSize, nameof(context));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputSize, ushort.MaxValue);

        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)outputSize);
        info[2] = (byte)(Prefix.Length + label.Length);
        Prefix.CopyTo(info[3..]);
        int length = 3 + Prefix.Length;
        label.CopyTo(info[length..]);
        length += label.Length;
        info[length++] = (byte)context.Length;
        context.CopyTo(info[length..]);
        return length + context.Length;
    }
}

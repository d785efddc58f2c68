using System.Buffers;
using System.IO.Compression;
using HybridTls.Messages;

namespace HybridTls.Certificates;

/// <summary>Compresses and inflates the body of a Certificate message (RFC 8879), with memory bounded before anything is inflated.</summary>
internal static class CertificateCompressor
{
    /// <summary>The algorithms that options allow, in our order of preference.</summary>
    public static CertificateCompressionAlgorithm[] Algorithms(CertificateCompression allowed) =>
    [
        .. allowed.HasFlag(CertificateCompression.Brotli) ? [CertificateCompressionAlgorithm.Brotli] : (ReadOnlySpan<CertificateCompressionAlgorithm>)[],
        .. allowed.HasFlag(CertificateCompression.Zlib) ? [CertificateCompressionAlgorithm.Zlib] : (ReadOnlySpan<CertificateCompressionAlgorithm>)[],
    ];

    /// <summary>Compresses <paramref name="body"/>.</summary>
    public static byte[] Compress(CertificateCompressionAlgorithm algorithm, ReadOnlySpan<byte> body)
    {
        using MemoryStream compressed = new();
        using (Stream stream = algorithm == CertificateCompressionAlgorithm.Brotli
            ? new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true)
            : new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(body);
        }

        return compressed.ToArray();
    }

    /// <summary>Inflates <paramref name="message"/> into a new array of exactly the announced length.</summary>
    /// <param name="message">The message.</param>
    /// <param name="allowed">What we offered to inflate.</param>
    /// <param name="limit">The largest Certificate message that we accept, in bytes.</param>
    /// <exception cref="HybridTlsException">
    /// illegal_parameter: an algorithm that we did not offer; bad_certificate: the announced length is beyond the limit, is not the real
    /// one, or the data is corrupt (RFC 8879 §4).
    /// </exception>
    public static byte[] Inflate(CompressedCertificate message, CertificateCompression allowed, int limit)
    {
        if (!Algorithms(allowed).AsSpan().Contains(message.Algorithm))
            TlsError.Throw(FailureReason.CompressionNotOffered, message.Algorithm); // HT-CMP-4
        if (message.UncompressedLength > limit)
        {
            TlsError.Throw(FailureReason.CertificateMessageTooLong, message.UncompressedLength, limit); // HT-CMP-2
        }

        byte[] body = new byte[message.UncompressedLength];
        bool exact = message.Algorithm == CertificateCompressionAlgorithm.Brotli
            ? InflateBrotli(message.Data, body)
            : InflateZlib(message.Data, body);
        if (!exact)
            TlsError.Throw(FailureReason.CorruptCompression); // HT-CMP-3
        return body;
    }

    private static bool InflateBrotli(ReadOnlySpan<byte> data, Span<byte> body)
    {
        if (!BrotliBound.IsBounded(data, body.Length)) // HT-CMP-5
            return false;
        using BrotliDecoder decoder = new();
        OperationStatus status = decoder.Decompress(data, body, out int consumed, out int written);
        return status == OperationStatus.Done && consumed == data.Length && written == body.Length;
    }

    private static bool InflateZlib(ReadOnlySpan<byte> data, Span<byte> body)
    {
        try
        {
            using MemoryStream source = new(data.ToArray(), writable: false);
            using ZLibStream stream = new(source, CompressionMode.Decompress);
            return stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) == body.Length && stream.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}

namespace HybridTls.Handshake;

/// <summary>What CertificateVerify signs: 64 spaces, a label, a zero byte, the transcript hash (RFC 9846 §4.5.2).</summary>
internal static class SignatureContent
{
    private const int PaddingSize = 64;

    private static ReadOnlySpan<byte> ServerLabel => "TLS 1.3, server CertificateVerify"u8;

    private static ReadOnlySpan<byte> ClientLabel => "TLS 1.3, client CertificateVerify"u8;

    /// <summary>The size in bytes for a transcript hash of <paramref name="hashSize"/> bytes.</summary>
    public static int Size(int hashSize) => PaddingSize + ServerLabel.Length + 1 + hashSize;

    /// <summary>Writes the content that <paramref name="signer"/> signs.</summary>
    public static void Write(PeerRole signer, ReadOnlySpan<byte> transcriptHash, Span<byte> destination)
    {
        ReadOnlySpan<byte> label = signer == PeerRole.Server ? ServerLabel : ClientLabel;
        destination[..PaddingSize].Fill(0x20);
        label.CopyTo(destination[PaddingSize..]);
        destination[PaddingSize + label.Length] = 0;
        transcriptHash.CopyTo(destination[(PaddingSize + label.Length + 1)..]);
    }
}

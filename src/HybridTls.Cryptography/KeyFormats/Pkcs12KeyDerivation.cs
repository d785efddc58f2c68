using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The key derivation of PKCS#12 with SHA-1 (RFC 7292 appendix B.2): read because exporters still write it.</summary>
internal static class Pkcs12KeyDerivation
{
    /// <summary>The diversifier of encryption keys.</summary>
    public const byte EncryptionKey = 1;

    /// <summary>The diversifier of initialization vectors.</summary>
    public const byte InitializationVector = 2;

    // u and v of the appendix, in bytes: SHA-1's output and block.
    private const int DigestSize = SHA1.HashSizeInBytes;
    private const int BlockSize = 64;

    /// <summary>Derives <paramref name="destination"/>'s length of bytes.</summary>
    /// <param name="diversifier">What the bytes are for: the ID of appendix B.3.</param>
    /// <param name="password">The password as a BMPString with terminator.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">The iteration count, at least 1.</param>
    /// <param name="destination">Receives the derived bytes.</param>
    public static void Derive(
        byte diversifier, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, Span<byte> destination)
    {
        int saltSize = RoundUp(salt.Length);
        using SecretMemory input = SecretMemory.Cleared(saltSize + RoundUp(password.Length));
        FillWithCopies(salt, input.Bytes[..saltSize]);
        FillWithCopies(password, input.Bytes[saltSize..]);

        Span<byte> diversification = stackalloc byte[BlockSize];
        diversification.Fill(diversifier);
        Span<byte> digest = stackalloc byte[DigestSize];
        Span<byte> block = stackalloc byte[BlockSize];
        using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        while (true)
        {
            sha1.AppendData(diversification);
            sha1.AppendData(input.Bytes);
            sha1.GetHashAndReset(digest);
            for (int i = 1; i < iterations; i++)
            {
                sha1.AppendData(digest);
                sha1.GetHashAndReset(digest);
            }

            int length = Math.Min(DigestSize, destination.Length);
            digest[..length].CopyTo(destination);
            destination = destination[length..];
            if (destination.IsEmpty)
                break;

            FillWithCopies(digest, block);
            for (int offset = 0; offset < input.Bytes.Length; offset += BlockSize)
                AddPlusOne(input.Bytes.Slice(offset, BlockSize), block);
        }

        CryptographicOperations.ZeroMemory(digest);
        CryptographicOperations.ZeroMemory(block);
    }

    private static int RoundUp(int length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    private static void FillWithCopies(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = source[i % source.Length];
    }

    // I_j = I_j + B + 1 modulo 2^(8v), big-endian.
    private static void AddPlusOne(Span<byte> accumulator, ReadOnlySpan<byte> addend)
    {
        int carry = 1;
        for (int i = BlockSize - 1; i >= 0; i--)
        {
            carry += accumulator[i] + addend[i];
            accumulator[i] = (byte)carry;
            carry >>= 8;
        }
    }
}

using System.Security.Cryptography;
using System.Text;

namespace HybridTls.Cryptography;

/// <summary>A password as the caller gave it, in characters or in bytes, and what the key derivations make of it.</summary>
internal readonly ref struct Password
{
    private readonly ReadOnlySpan<char> _characters;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _isText;

    /// <summary>A password in characters.</summary>
    public Password(ReadOnlySpan<char> characters)
    {
        _characters = characters;
        _isText = true;
    }

    /// <summary>A password in bytes.</summary>
    public Password(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The password for PBKDF2: the bytes, or the characters in UTF-8 (RFC 8018 §3).</summary>
    public SecretMemory ToUtf8()
    {
        if (!_isText)
            return SecretMemory.CopyOf(_bytes);

        SecretMemory encoded = SecretMemory.Cleared(Encoding.UTF8.GetByteCount(_characters));
        Encoding.UTF8.GetBytes(_characters, encoded.Bytes);
        return encoded;
    }

    /// <summary>The password for PKCS#12's derivation: a BMPString, big-endian, with its terminator (RFC 7292 appendix B.1).</summary>
    /// <exception cref="CryptographicException">The password was given in bytes.</exception>
    public SecretMemory ToBmpString()
    {
        if (!_isText)
        {
            throw new CryptographicException(
                "The key is encrypted with a key derivation of PKCS#12, which needs a password in characters, not in bytes.");
        }

        SecretMemory encoded = SecretMemory.Cleared((_characters.Length + 1) * sizeof(char));
        Encoding.BigEndianUnicode.GetBytes(_characters, encoded.Bytes);
        return encoded;
    }
}

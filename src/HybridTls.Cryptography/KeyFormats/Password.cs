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
    public SecretBuffer ToUtf8()
    {
        if (!_isText)
            return SecretBuffer.CopyOf(_bytes);

        SecretBuffer encoded = new(Encoding.UTF8.GetByteCount(_characters));
        Encoding.UTF8.GetBytes(_characters, encoded.Span);
        return encoded;
    }

    /// <summary>The password for PKCS#12's derivation: a BMPString, big-endian, with its terminator (RFC 7292 appendix B.1).</summary>
    /// <exception cref="CryptographicException">The password was given in bytes.</exception>
    public SecretBuffer ToBmpString()
    {
        if (!_isText)
        {
            throw new CryptographicException(
                "The key is encrypted with a key derivation of PKCS#12, which needs a password in characters, not in bytes.");
        }

        SecretBuffer encoded = new((_characters.Length + 1) * sizeof(char));
        Encoding.BigEndianUnicode.GetBytes(_characters, encoded.Span);
        return encoded;
    }
}

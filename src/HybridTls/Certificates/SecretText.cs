using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>The text of a file with a private key, in memory that the collector does not move; zeroed when disposed.</summary>
internal sealed class SecretText : IDisposable
{
    /// <summary>The longest file, in bytes: a key and a chain in one text take a tenth of it.</summary>
    private const int MaxSize = 1024 * 1024;

    private readonly SecretMemory _characters;
    private readonly int _length;

    private SecretText(SecretMemory characters, int length)
    {
        _characters = characters;
        _length = length;
    }

    /// <summary>The text. Keep its owner alive while it is used (<c>using</c>).</summary>
    public ReadOnlySpan<char> Characters => MemoryMarshal.Cast<byte, char>(_characters.Bytes)[.._length];

    /// <summary>Reads a file of UTF-8.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The file is longer than 1 MiB, and so no private key.</exception>
    public static SecretText Read(string path)
    {
        // Without a buffer of the stream's own, which would keep a copy.
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        long size = file.CanSeek ? file.Length : MaxSize;
        if (size > MaxSize)
            throw new CryptographicException($"{path} has {size} bytes and is no private key: at most {MaxSize} are read.");
        using SecretMemory bytes = new((int)size);
        int length = file.ReadAtLeast(bytes.Bytes, bytes.Bytes.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> text = bytes.Bytes[..length];
        if (text.StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        SecretMemory characters = new(Encoding.UTF8.GetCharCount(text) * sizeof(char));
        return new SecretText(characters, Encoding.UTF8.GetChars(text, MemoryMarshal.Cast<byte, char>(characters.Bytes)));
    }

    /// <inheritdoc/>
    public void Dispose() => _characters.Dispose();
}

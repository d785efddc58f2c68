using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>One block of a PEM text.</summary>
internal readonly ref struct PemBlock
{
    private readonly ReadOnlySpan<char> _base64;
    private readonly int _size;

    /// <summary>The block that <paramref name="fields"/> found in <paramref name="text"/>.</summary>
    public PemBlock(ReadOnlySpan<char> text, PemFields fields)
    {
        Label = text[fields.Label];
        _base64 = text[fields.Base64Data];
        _size = fields.DecodedDataLength;
    }

    /// <summary>What follows BEGIN.</summary>
    public ReadOnlySpan<char> Label { get; }

    /// <summary>The content of a block with a private key; the caller disposes it.</summary>
    /// <exception cref="CryptographicException">It is not valid base64.</exception>
    public SecretMemory DecodeSecret()
    {
        SecretMemory content = new(_size);
        try
        {
            Decode(content.Bytes);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>The content.</summary>
    /// <exception cref="CryptographicException">It is not valid base64.</exception>
    public byte[] Decode()
    {
        byte[] content = new byte[_size];
        Decode(content);
        return content;
    }

    private void Decode(Span<byte> content)
    {
        if (!Convert.TryFromBase64Chars(_base64, content, out int written) || written != content.Length)
            throw new CryptographicException("The PEM block does not hold valid base64.");
    }
}

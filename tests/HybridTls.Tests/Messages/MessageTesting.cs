using HybridTls.Messages;

namespace HybridTls.Tests.Messages;

/// <summary>What the codec's tests share: hexadecimal examples, refusals, blocks of extensions of any content.</summary>
internal static class MessageTesting
{
    public delegate void Reader(ReadOnlySpan<byte> bytes);

    /// <summary>Bytes from hexadecimal digits; blanks and line ends between them do not count.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(string.Concat(text.Where(character => !char.IsWhiteSpace(character))));

    /// <summary>What a writer makes.</summary>
    public static byte[] Written(Action<TlsWriter> write)
    {
        using var writer = new TlsWriter(capacity: 1);
        write(writer);
        return writer.Written.ToArray();
    }

    /// <summary>The body of the message that a writer makes.</summary>
    public static byte[] Body(Action<TlsWriter> write) => HandshakeMessage.Parse(Written(write)).Body.ToArray();

    /// <summary>Demands that the reader refuses the bytes with the alert.</summary>
    public static HybridTlsException Refuses(TlsAlert alert, ReadOnlySpan<byte> bytes, Reader reader)
    {
        byte[] copy = bytes.ToArray();
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => reader(copy));
        Assert.Equal(HybridTlsFailure.AlertSent, exception.Failure);
        Assert.Equal(alert, exception.Alert);
        return exception;
    }

    /// <summary>Demands that every proper prefix is refused with decode_error or illegal_parameter, and so is one byte more.</summary>
    public static void RefusesEveryTruncation(byte[] bytes, Reader reader, params int[] validLengths)
    {
        for (int length = 0; length < bytes.Length; length++)
        {
            if (validLengths.Contains(length))
                continue;
            HybridTlsException exception = Assert.Throws<HybridTlsException>(() => reader(bytes.AsSpan(0, length)));
            Assert.Contains(exception.Alert, new TlsAlert?[] { TlsAlert.DecodeError, TlsAlert.IllegalParameter });
        }

        Refuses(TlsAlert.DecodeError, [.. bytes, 0], reader);
    }

    /// <summary>The body of a ClientHello of TLS 1.3 with these extensions after supported_versions.</summary>
    public static byte[] ClientHelloWith(params (ExtensionType Type, string Data)[] extensions) => Body(writer =>
    {
        using (ClientHello.Begin(writer, new byte[32], [], [System.Net.Security.TlsCipherSuite.TLS_AES_256_GCM_SHA384]))
        {
            SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
            foreach ((ExtensionType type, string data) in extensions)
                writer.WriteExtension(type, Hex(data));
        }
    });

    /// <summary>The content of an extensions vector.</summary>
    public static byte[] Block(params (ExtensionType Type, string Data)[] extensions) => Written(writer =>
    {
        foreach ((ExtensionType type, string data) in extensions)
            writer.WriteExtension(type, Hex(data));
    });
}

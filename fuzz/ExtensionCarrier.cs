using System.Net.Security;
using HybridTls.Messages;

namespace HybridTls.Fuzz;

/// <summary>Puts one extension into a message that is otherwise in order, and has the message read: as extensions are read in the product.</summary>
internal static class ExtensionCarrier
{
    /// <summary>Reads an extension in a message.</summary>
    /// <exception cref="HybridTlsException">The message's reader refuses it.</exception>
    public static void Read(ExtensionContext context, ExtensionType type, ReadOnlySpan<byte> data) =>
        Parse(context, Write(context, type, data));

    /// <summary>Writes the body of the message.</summary>
    public static byte[] Write(ExtensionContext context, ExtensionType type, ReadOnlySpan<byte> data)
    {
        using var writer = new TlsWriter();
        using (Begin(writer, context))
        {
            if (NeededIn(context) is { } needed && needed != type)
                WriteNeeded(writer, context);
            writer.WriteExtension(type, data);
        }

        return writer.Written[4..].ToArray();
    }

    private static ExtensionType? NeededIn(ExtensionContext context) => context switch
    {
        ExtensionContext.ClientHello or ExtensionContext.ServerHello or ExtensionContext.HelloRetryRequest => ExtensionType.SupportedVersions,
        ExtensionContext.CertificateRequest => ExtensionType.SignatureAlgorithms,
        _ => null,
    };

    private static void WriteNeeded(TlsWriter writer, ExtensionContext context)
    {
        if (context == ExtensionContext.ClientHello)
            SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
        else if (context == ExtensionContext.CertificateRequest)
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
        else
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
    }

    private static MessageScope Begin(TlsWriter writer, ExtensionContext context)
    {
        ReadOnlySpan<byte> random = stackalloc byte[32];
        switch (context)
        {
            case ExtensionContext.ClientHello:
                return ClientHello.Begin(writer, random, [], [TlsCipherSuite.TLS_AES_256_GCM_SHA384]);
            case ExtensionContext.ServerHello:
                return ServerHello.Begin(writer, random, [], TlsCipherSuite.TLS_AES_256_GCM_SHA384);
            case ExtensionContext.HelloRetryRequest:
                return HelloRetryRequest.Begin(writer, [], TlsCipherSuite.TLS_AES_256_GCM_SHA384);
            case ExtensionContext.CertificateRequest:
                return CertificateRequest.Begin(writer);
            case ExtensionContext.NewSessionTicket:
                return NewSessionTicket.Begin(writer, 1, 1, [0], [1]);
            case ExtensionContext.Certificate:
                // A block alone: behind it the certificate's entry would have to be closed as well.
                return new MessageScope(writer.BeginMessage(HandshakeType.Certificate), writer.BeginVector16());
            default:
                return EncryptedExtensions.Begin(writer);
        }
    }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">The message's reader refuses it.</exception>
    public static void Parse(ExtensionContext context, ReadOnlySpan<byte> body)
    {
        switch (context)
        {
            case ExtensionContext.ClientHello:
                ClientHello.Parse(body);
                break;
            case ExtensionContext.ServerHello:
                ServerHello.Parse(body);
                break;
            case ExtensionContext.HelloRetryRequest:
                HelloRetryRequest.Parse(body);
                break;
            case ExtensionContext.CertificateRequest:
                CertificateRequest.Parse(body);
                break;
            case ExtensionContext.NewSessionTicket:
                NewSessionTicket.Parse(body);
                break;
            case ExtensionContext.Certificate:
                ExtensionBlock.Parse(body[2..], context);
                break;
            default:
                EncryptedExtensions.Parse(body);
                break;
        }
    }
}

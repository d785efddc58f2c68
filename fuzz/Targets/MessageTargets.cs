using System.Net.Security;
using HybridTls.Messages;

namespace HybridTls.Fuzz.Targets;

/// <summary>The handshake messages: the input is a body. What is accepted is written again and must come out as it went in.</summary>
internal static class MessageTargets
{
    /// <summary>ClientHello.</summary>
    public static string FuzzClientHello(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Touch.All(ClientHello.Parse(body)));
        if (outcome != Properties.Accepted)
            return outcome;
        ClientHello hello = ClientHello.Parse(input);
        if (!hello.OffersTls13)
            return "accepted without TLS 1.3";

        using var writer = new TlsWriter();
        using (ClientHello.Begin(writer, hello.Random, hello.SessionId, ToArray(hello.CipherSuites)))
            ExtensionWriter.WriteAll(writer, ExtensionContext.ClientHello, hello.Extensions);

        // The legacy version does not matter and is not kept.
        byte[] expected = input.ToArray();
        expected[0] = expected[1] = 3;
        return CheckBody(expected, writer, HandshakeType.ClientHello);
    }

    /// <summary>ServerHello and HelloRetryRequest.</summary>
    public static string FuzzServerHello(ReadOnlySpan<byte> input)
    {
        if (ServerHello.IsHelloRetryRequest(input))
            return FuzzHelloRetryRequest(input);
        string outcome = Properties.Parse(input, static body => Touch.All(ServerHello.Parse(body)));
        if (outcome != Properties.Accepted)
            return outcome;
        ServerHello hello = ServerHello.Parse(input);
        if (hello.SelectedVersion != ProtocolVersion.Tls13)
            return hello.HasDowngradeSentinel ? "accepted with a downgrade sentinel" : "accepted without TLS 1.3";

        using var writer = new TlsWriter();
        using (ServerHello.Begin(writer, hello.Random, hello.SessionIdEcho, hello.CipherSuite))
            ExtensionWriter.WriteAll(writer, ExtensionContext.ServerHello, hello.Extensions);
        return CheckBody(input, writer, HandshakeType.ServerHello);
    }

    /// <summary>EncryptedExtensions.</summary>
    public static string FuzzEncryptedExtensions(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Touch.All(EncryptedExtensions.Parse(body)));
        if (outcome != Properties.Accepted)
            return outcome;
        using var writer = new TlsWriter();
        using (EncryptedExtensions.Begin(writer))
            ExtensionWriter.WriteAll(writer, ExtensionContext.EncryptedExtensions, EncryptedExtensions.Parse(input).Extensions);
        return CheckBody(input, writer, HandshakeType.EncryptedExtensions);
    }

    /// <summary>CertificateRequest.</summary>
    public static string FuzzCertificateRequest(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Touch.All(CertificateRequest.Parse(body)));
        if (outcome != Properties.Accepted)
            return outcome;
        CertificateRequest request = CertificateRequest.Parse(input);
        using var writer = new TlsWriter();
        using (CertificateRequest.Begin(writer, request.Context))
            ExtensionWriter.WriteAll(writer, ExtensionContext.CertificateRequest, request.Extensions);
        return CheckBody(input, writer, HandshakeType.CertificateRequest);
    }

    /// <summary>Certificate.</summary>
    public static string FuzzCertificate(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Certificate.Parse(body));
        if (outcome != Properties.Accepted)
            return outcome;
        Certificate certificate = Certificate.Parse(input);
        using var writer = new TlsWriter();
        int count = 0;
        using (Certificate.Begin(writer, certificate.Context))
        {
            foreach (CertificateEntry entry in certificate.Entries)
            {
                count++;
                using (CertificateEntry.Begin(writer, entry.Data))
                    ExtensionWriter.WriteAll(writer, ExtensionContext.Certificate, entry.Extensions);
            }
        }

        Properties.Check(count == certificate.Entries.Count, "The enumerator gives as many entries as were counted.");
        return CheckBody(input, writer, HandshakeType.Certificate);
    }

    /// <summary>CompressedCertificate.</summary>
    public static string FuzzCompressedCertificate(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => CompressedCertificate.Parse(body));
        if (outcome != Properties.Accepted)
            return outcome;
        CompressedCertificate certificate = CompressedCertificate.Parse(input);
        using var writer = new TlsWriter();
        CompressedCertificate.Write(writer, certificate.Algorithm, certificate.UncompressedLength, certificate.Data);
        return CheckBody(input, writer, HandshakeType.CompressedCertificate);
    }

    /// <summary>CertificateVerify.</summary>
    public static string FuzzCertificateVerify(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => CertificateVerify.Parse(body));
        if (outcome != Properties.Accepted)
            return outcome;
        CertificateVerify verify = CertificateVerify.Parse(input);
        using var writer = new TlsWriter();
        CertificateVerify.Write(writer, verify.Algorithm, verify.Signature);
        return CheckBody(input, writer, HandshakeType.CertificateVerify);
    }

    /// <summary>Finished, with both hash sizes.</summary>
    public static string FuzzFinished(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Finished.Parse(body, 32));
        string outcomeOf48 = Properties.Parse(input, static body => Finished.Parse(body, 48));
        Properties.Check((outcome == Properties.Accepted) == (input.Length == 32), "Finished has the length of the hash.");
        Properties.Check((outcomeOf48 == Properties.Accepted) == (input.Length == 48), "Finished has the length of the hash.");
        using var writer = new TlsWriter();
        Finished.Write(writer, input);
        CheckBody(input, writer, HandshakeType.Finished);
        return outcome == Properties.Accepted ? outcome : outcomeOf48;
    }

    /// <summary>NewSessionTicket.</summary>
    public static string FuzzNewSessionTicket(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => NewSessionTicket.Parse(body));
        if (outcome != Properties.Accepted)
            return outcome;
        NewSessionTicket ticket = NewSessionTicket.Parse(input);
        using var writer = new TlsWriter();
        using (NewSessionTicket.Begin(writer, ticket.Lifetime, ticket.AgeAdd, ticket.Nonce, ticket.Ticket))
            ExtensionWriter.WriteAll(writer, ExtensionContext.NewSessionTicket, ticket.Extensions);
        return CheckBody(input, writer, HandshakeType.NewSessionTicket);
    }

    /// <summary>KeyUpdate.</summary>
    public static string FuzzKeyUpdate(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => KeyUpdate.Parse(body));
        if (outcome != Properties.Accepted)
            return outcome;
        using var writer = new TlsWriter();
        KeyUpdate.Write(writer, KeyUpdate.Parse(input));
        return CheckBody(input, writer, HandshakeType.KeyUpdate);
    }

    /// <summary>A whole message with its header, handed to the reader of its type.</summary>
    public static string FuzzMessage(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static whole => HandshakeMessage.Parse(whole));
        if (outcome != Properties.Accepted)
            return outcome;
        HandshakeMessage message = HandshakeMessage.Parse(input);
        Properties.CheckEqual(input, message.Whole, "The message is its bytes");
        return message.Type switch
        {
            HandshakeType.ClientHello => FuzzClientHello(message.Body),
            HandshakeType.ServerHello => FuzzServerHello(message.Body),
            HandshakeType.NewSessionTicket => FuzzNewSessionTicket(message.Body),
            HandshakeType.EncryptedExtensions => FuzzEncryptedExtensions(message.Body),
            HandshakeType.Certificate => FuzzCertificate(message.Body),
            HandshakeType.CertificateRequest => FuzzCertificateRequest(message.Body),
            HandshakeType.CertificateVerify => FuzzCertificateVerify(message.Body),
            HandshakeType.Finished => FuzzFinished(message.Body),
            HandshakeType.KeyUpdate => FuzzKeyUpdate(message.Body),
            HandshakeType.CompressedCertificate => FuzzCompressedCertificate(message.Body),
            _ => "unknown type",
        };
    }

    private static string FuzzHelloRetryRequest(ReadOnlySpan<byte> input)
    {
        string outcome = Properties.Parse(input, static body => Touch.All(HelloRetryRequest.Parse(body)));
        if (outcome != Properties.Accepted)
            return outcome;
        HelloRetryRequest request = HelloRetryRequest.Parse(input);
        if (request.SelectedVersion != ProtocolVersion.Tls13)
            return "accepted without TLS 1.3";

        using var writer = new TlsWriter();
        using (HelloRetryRequest.Begin(writer, request.SessionIdEcho, request.CipherSuite))
            ExtensionWriter.WriteAll(writer, ExtensionContext.HelloRetryRequest, request.Extensions);
        return CheckBody(input, writer, HandshakeType.ServerHello);
    }

    private static TlsCipherSuite[] ToArray(CodePointList<TlsCipherSuite> list)
    {
        var array = new TlsCipherSuite[list.Count];
        for (int i = 0; i < array.Length; i++)
            array[i] = list[i];
        return array;
    }

    private static string CheckBody(ReadOnlySpan<byte> expected, TlsWriter writer, HandshakeType type)
    {
        HandshakeMessage written = HandshakeMessage.Parse(writer.Written);
        Properties.Check(written.Type == type, "The message has its type.");
        Properties.CheckEqual(expected, written.Body, "What was accepted is written as it was read");
        return Properties.Accepted;
    }
}

using System.Security.Cryptography;
using System.Text;
using HybridTls.Certificates;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Inspection;

/// <summary>Handshake messages in words.</summary>
internal static class MessageDescription
{
    private const int MaxCertificateSize = 64 * 1024;
    private const CertificateCompression AllCompressions = CertificateCompression.Brotli | CertificateCompression.Zlib;

    /// <summary>Describes one whole message and keeps what the keys depend on.</summary>
    public static Detail Describe(ReadOnlySpan<byte> whole, Direction sender, ConnectionFacts facts)
    {
        HandshakeMessage message = HandshakeMessage.Parse(whole);
        bool retry = message.Type == HandshakeType.ServerHello && ServerHello.IsHelloRetryRequest(message.Body);
        string name = retry ? "HelloRetryRequest"
            : Enum.IsDefined(message.Type) ? message.Type.ToString() : $"message of type {(byte)message.Type}";
        Detail detail = new(name, Layout.Bytes(whole.Length));
        try
        {
            Describe(detail, message, sender, facts, retry);
        }
        catch (Exception exception) when (exception is HybridTlsException or CryptographicException)
        {
            detail.Add("malformed", exception.Message);
        }

        return detail;
    }

    private static void Describe(Detail detail, in HandshakeMessage message, Direction sender, ConnectionFacts facts, bool retry)
    {
        switch (message.Type)
        {
            case HandshakeType.ClientHello:
                DescribeClientHello(detail, message.Body, facts);
                break;
            case HandshakeType.ServerHello when retry:
                HelloRetryRequest request = HelloRetryRequest.Parse(message.Body);
                detail.Add("cipher_suite", CodePoints.CipherSuite(request.CipherSuite));
                ExtensionDescription.AddAll(detail, request.Extensions, ExtensionContext.HelloRetryRequest);
                break;
            case HandshakeType.ServerHello:
                DescribeServerHello(detail, message.Body, facts);
                break;
            case HandshakeType.EncryptedExtensions:
                ExtensionBlock encrypted = EncryptedExtensions.Parse(message.Body).Extensions;
                ExtensionDescription.AddAll(detail, encrypted, ExtensionContext.EncryptedExtensions);
                break;
            case HandshakeType.CertificateRequest:
                ExtensionDescription.AddAll(detail, CertificateRequest.Parse(message.Body).Extensions, ExtensionContext.CertificateRequest);
                break;
            case HandshakeType.Certificate:
                DescribeCertificates(detail, message.Body);
                break;
            case HandshakeType.CompressedCertificate:
                CompressedCertificate compressed = CompressedCertificate.Parse(message.Body);
                detail.Add("algorithm", compressed.Algorithm.ToString());
                detail.Add("uncompressed", Layout.Bytes(compressed.UncompressedLength));
                DescribeCertificates(
                    detail,
                    CertificateCompressor.Inflate(compressed, AllCompressions, MaxCertificateSize));
                break;
            case HandshakeType.CertificateVerify:
                CertificateVerify verify = CertificateVerify.Parse(message.Body);
                detail.Add("algorithm", CodePoints.Signature((ushort)verify.Algorithm));
                detail.Add("signature", Layout.Bytes(verify.Signature.Length));
                break;
            case HandshakeType.Finished:
                detail.AddHidden("verify_data", Convert.ToHexStringLower(message.Body));
                break;
            case HandshakeType.NewSessionTicket:
                NewSessionTicket ticket = NewSessionTicket.Parse(message.Body);
                detail.Add("lifetime", $"{ticket.Lifetime} s");
                detail.Add("ticket", Layout.Bytes(ticket.Ticket.Length));
                ExtensionDescription.AddAll(detail, ticket.Extensions, ExtensionContext.NewSessionTicket);
                break;
            case HandshakeType.KeyUpdate:
                bool requested = KeyUpdate.Parse(message.Body) == KeyUpdateRequest.Requested;
                detail.Add("request_update", requested ? "update_requested" : "update_not_requested");
                break;
            default:
                detail.Add("from", sender == Direction.FromClient ? "client" : "server");
                break;
        }
    }

    private static void DescribeClientHello(Detail detail, ReadOnlySpan<byte> body, ConnectionFacts facts)
    {
        ClientHello hello = ClientHello.Parse(body);
        facts.ClientRandom = hello.Random.ToArray();
        detail.Add("random", Convert.ToHexStringLower(hello.Random));
        detail.Add("legacy_session_id", hello.SessionId.IsEmpty ? "empty" : Layout.Bytes(hello.SessionId.Length));
        List<string> suites = [];
        foreach (System.Net.Security.TlsCipherSuite suite in hello.CipherSuites)
            suites.Add(CodePoints.CipherSuite(suite));
        detail.Add("cipher_suites", string.Join(", ", suites));
        ExtensionDescription.AddAll(detail, hello.Extensions, ExtensionContext.ClientHello);
    }

    private static void DescribeServerHello(Detail detail, ReadOnlySpan<byte> body, ConnectionFacts facts)
    {
        ServerHello hello = ServerHello.Parse(body);
        facts.Suite = CipherSuiteParameters.Find((ushort)hello.CipherSuite);
        detail.Add("version", CodePoints.Version(hello.SelectedVersion));
        detail.Add("random", Convert.ToHexStringLower(hello.Random));
        detail.Add("cipher_suite", CodePoints.CipherSuite(hello.CipherSuite));
        ExtensionDescription.AddAll(detail, hello.Extensions, ExtensionContext.ServerHello);
    }

    private static void DescribeCertificates(Detail detail, ReadOnlySpan<byte> body)
    {
        Certificate message = Certificate.Parse(body);
        Detail list = detail.AddList("certificates", message.Entries.Count == 0 ? "none" : null);
        foreach (CertificateEntry entry in message.Entries)
        {
            byte[] data = entry.Data.ToArray();
            if (MLDsaPublicKeyInfo.IsMLDsa65(data))
            {
                list.Add("raw public key", Layout.Bytes(data.Length)).Add("spki_sha256", KeyFile.PinOf(data));
                continue;
            }

            ParsedCertificate certificate = ParsedCertificate.Parse(data);
            Detail item = list.Add(certificate.Describe(), Layout.Bytes(data.Length));
            item.Add("issuer", DistinguishedName.Describe(certificate.Issuer));
            item.Add("not_after", Layout.Moment(certificate.NotAfter));
            item.AddHidden("sha256", Convert.ToHexStringLower(SHA256.HashData(data)));
            item.Add("spki_sha256", KeyFile.PinOf(certificate.SubjectPublicKeyInfo.Span));
        }
    }
}

using System.Net.Security;
using HybridTls.Messages;

namespace HybridTls.Fuzz;

/// <summary>Well-formed messages made by our writers, the same on every run: the corpus, and the examples of the codec's tests.</summary>
internal static class MessageSeeds
{
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256,
    ];

    /// <summary>All messages with their headers, named by type and variant.</summary>
    public static IEnumerable<FuzzSeed> Messages()
    {
        yield return Seed("client-hello-minimal", MinimalClientHello);
        yield return Seed("client-hello-full", FullClientHello);
        yield return Seed("client-hello-resumption", ResumingClientHello);
        yield return Seed("client-hello-two-keys", TwoKeysClientHello);
        yield return Seed("server-hello", FullServerHello);
        yield return Seed("server-hello-resumption", ResumingServerHello);
        yield return Seed("server-hello-retry", RetryRequest);
        yield return Seed("encrypted-extensions-empty", writer => { using (HybridTls.Messages.EncryptedExtensions.Begin(writer)) { } });
        yield return Seed("encrypted-extensions-full", FullEncryptedExtensions);
        yield return Seed("certificate-request", FullCertificateRequest);
        yield return Seed("certificate-empty", writer => { using (Certificate.Begin(writer)) { } });
        yield return Seed("certificate-chain", CertificateChain);
        yield return Seed("compressed-certificate", writer =>
            CompressedCertificate.Write(writer, CertificateCompressionAlgorithm.Brotli, 5632, Pattern(40, 9)));
        yield return Seed("certificate-verify", writer => CertificateVerify.Write(writer, SignatureScheme.MLDsa65, Pattern(3309, 10)));
        yield return Seed("finished-sha256", writer => Finished.Write(writer, Pattern(32, 11)));
        yield return Seed("finished-sha384", writer => Finished.Write(writer, Pattern(48, 12)));
        yield return Seed("new-session-ticket", Ticket);
        yield return Seed("key-update", writer => KeyUpdate.Write(writer, KeyUpdateRequest.NotRequested));
        yield return Seed("key-update-requested", writer => KeyUpdate.Write(writer, KeyUpdateRequest.Requested));
    }

    public static IEnumerable<FuzzSeed> ClientHellos() => Bodies(HandshakeType.ClientHello);

    public static IEnumerable<FuzzSeed> ServerHellos() => Bodies(HandshakeType.ServerHello);

    public static IEnumerable<FuzzSeed> EncryptedExtensions() => Bodies(HandshakeType.EncryptedExtensions);

    public static IEnumerable<FuzzSeed> CertificateRequests() => Bodies(HandshakeType.CertificateRequest);

    public static IEnumerable<FuzzSeed> Certificates() => Bodies(HandshakeType.Certificate);

    public static IEnumerable<FuzzSeed> CompressedCertificates() => Bodies(HandshakeType.CompressedCertificate);

    public static IEnumerable<FuzzSeed> CertificateVerifies() => Bodies(HandshakeType.CertificateVerify);

    public static IEnumerable<FuzzSeed> Finisheds() => Bodies(HandshakeType.Finished);

    public static IEnumerable<FuzzSeed> NewSessionTickets() => Bodies(HandshakeType.NewSessionTicket);

    public static IEnumerable<FuzzSeed> KeyUpdates() => Bodies(HandshakeType.KeyUpdate);

    /// <summary>Each extension of the messages above by itself.</summary>
    public static IEnumerable<FuzzSeed> Extensions()
    {
        var seeds = new List<FuzzSeed>();
        foreach (FuzzSeed seed in Messages())
        {
            ReadOnlySpan<byte> body = seed.Bytes.AsSpan(HandshakeMessage.HeaderSize);
            (int context, ReadOnlySpan<byte> block) = Split(seed.Name, body);
            foreach (Extension extension in ExtensionBlock.ParseStructure(block))
            {
                byte[] input = [(byte)context, (byte)((ushort)extension.Type >> 8), (byte)extension.Type, .. extension.Data];
                seeds.Add(new FuzzSeed($"{seed.Name}-{(ushort)extension.Type}", input));
            }
        }

        return seeds;
    }

    /// <summary>Bytes that look like nothing and are always the same.</summary>
    public static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        uint state = (uint)seed * 0x9E3779B9 + 1;
        for (int i = 0; i < length; i++)
        {
            state = state * 1664525 + 1013904223;
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }

    private static ExtensionSplit Split(string name, ReadOnlySpan<byte> body) => name switch
    {
        _ when name.StartsWith("client-hello", StringComparison.Ordinal) => new(0, ClientHello.Parse(body).Extensions.Bytes),
        "server-hello-retry" => new(2, HelloRetryRequest.Parse(body).Extensions.Bytes),
        _ when name.StartsWith("server-hello", StringComparison.Ordinal) => new(1, ServerHello.Parse(body).Extensions.Bytes),
        "encrypted-extensions-full" => new(3, HybridTls.Messages.EncryptedExtensions.Parse(body).Extensions.Bytes),
        "certificate-request" => new(4, CertificateRequest.Parse(body).Extensions.Bytes),
        "new-session-ticket" => new(6, NewSessionTicket.Parse(body).Extensions.Bytes),
        _ => default,
    };

    private static IEnumerable<FuzzSeed> Bodies(HandshakeType type) =>
        from seed in Messages()
        where seed.Bytes[0] == (byte)type
        select new FuzzSeed(seed.Name, seed.Bytes[HandshakeMessage.HeaderSize..]);

    private static FuzzSeed Seed(string name, Action<TlsWriter> write)
    {
        using var writer = new TlsWriter();
        write(writer);
        return new FuzzSeed(name, writer.Written.ToArray());
    }

    private static void MinimalClientHello(TlsWriter writer)
    {
        using (ClientHello.Begin(writer, Pattern(32, 1), [], [TlsCipherSuite.TLS_AES_256_GCM_SHA384]))
        {
            SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
            SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768);
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
            using (KeyShareExtension.BeginOffered(writer))
            {
            }
        }
    }

    private static void FullClientHello(TlsWriter writer)
    {
        using (ClientHello.Begin(writer, Pattern(32, 1), Pattern(32, 2), [(TlsCipherSuite)Grease.CodePoint(0), .. Suites]))
        {
            writer.WriteExtension((ExtensionType)Grease.CodePoint(1), []);
            ServerNameExtension.Write(writer, "server.example"u8);
            SupportedVersionsExtension.WriteOffered(writer, (ProtocolVersion)Grease.CodePoint(2), ProtocolVersion.Tls13);
            SupportedGroupsExtension.Write(writer, (NamedGroup)Grease.CodePoint(3), NamedGroup.X25519MLKem768, (NamedGroup)0x001D);
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65, (SignatureScheme)0x0403);
            SignatureAlgorithmsExtension.WriteForCertificates(writer, SignatureScheme.MLDsa65);
            using (KeyShareExtension.BeginOffered(writer))
            {
                KeyShareExtension.WriteEntry(writer, (NamedGroup)Grease.CodePoint(3), [0]);
                KeyShareExtension.WriteEntry(writer, NamedGroup.X25519MLKem768, Pattern(1216, 3));
            }

            AlpnExtension.WriteOffered(writer, [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);
            CertificateType[] types = [CertificateType.RawPublicKey, CertificateType.X509];
            CertificateTypeExtension.WriteOffered(writer, ExtensionType.ClientCertificateType, types);
            CertificateTypeExtension.WriteOffered(writer, ExtensionType.ServerCertificateType, types);
            CompressCertificateExtension.Write(writer, CertificateCompressionAlgorithm.Brotli, CertificateCompressionAlgorithm.Zlib);
            RecordSizeLimitExtension.Write(writer, 16385);
            CookieExtension.Write(writer, Pattern(20, 4));
            CertificateAuthoritiesExtension.Write(writer, [Pattern(25, 5), Pattern(30, 6)]);
            TicketRequestExtension.Write(writer, 2, 1);
            writer.WriteExtension(ExtensionType.PostHandshakeAuth, []);
            writer.WriteExtension(ExtensionType.Padding, new byte[7]);
            writer.WriteExtension((ExtensionType)Grease.CodePoint(4), [0]);
        }
    }

    private static void ResumingClientHello(TlsWriter writer)
    {
        using (ClientHello.Begin(writer, Pattern(32, 1), Pattern(32, 2), Suites))
        {
            SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
            SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768);
            using (KeyShareExtension.BeginOffered(writer))
                KeyShareExtension.WriteEntry(writer, NamedGroup.X25519MLKem768, Pattern(1216, 3));
            PskKeyExchangeModesExtension.Write(writer, PskKeyExchangeMode.PskWithKeyAgreement, (PskKeyExchangeMode)0x2A);
            writer.WriteExtension(ExtensionType.EarlyData, []);
            PreSharedKeyExtension.WriteOffered(writer, new PskIdentity(Pattern(64, 7), 0x01020304), 48);
        }
    }

    private static void TwoKeysClientHello(TlsWriter writer)
    {
        using (ClientHello.Begin(writer, Pattern(32, 1), [], Suites))
        {
            SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
            SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768);
            using (KeyShareExtension.BeginOffered(writer))
            {
            }

            PskKeyExchangeModesExtension.Write(writer, PskKeyExchangeMode.PskWithKeyAgreement);
            using (writer.BeginExtension(ExtensionType.PreSharedKey))
            {
                using (writer.BeginVector16())
                {
                    PreSharedKeyExtension.WriteIdentity(writer, new PskIdentity(Pattern(5, 17), 1));
                    PreSharedKeyExtension.WriteIdentity(writer, new PskIdentity(Pattern(7, 18), 0xFFFFFFFF));
                }

                using (writer.BeginVector16())
                {
                    writer.WriteVector8(Pattern(32, 19));
                    writer.WriteVector8(Pattern(48, 20));
                }
            }
        }
    }

    private static void FullServerHello(TlsWriter writer)
    {
        using (ServerHello.Begin(writer, Pattern(32, 13), Pattern(32, 2), TlsCipherSuite.TLS_AES_256_GCM_SHA384))
        {
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            KeyShareExtension.WriteServerShare(writer, NamedGroup.X25519MLKem768, Pattern(1120, 14));
        }
    }

    private static void ResumingServerHello(TlsWriter writer)
    {
        using (ServerHello.Begin(writer, Pattern(32, 13), [], TlsCipherSuite.TLS_AES_128_GCM_SHA256))
        {
            PreSharedKeyExtension.WriteSelected(writer, 0);
            KeyShareExtension.WriteServerShare(writer, NamedGroup.X25519MLKem768, Pattern(1120, 14));
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
        }
    }

    private static void RetryRequest(TlsWriter writer)
    {
        using (HelloRetryRequest.Begin(writer, Pattern(32, 2), TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256))
        {
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            KeyShareExtension.WriteSelectedGroup(writer, NamedGroup.X25519MLKem768);
            CookieExtension.Write(writer, Pattern(20, 4));
        }
    }

    private static void FullEncryptedExtensions(TlsWriter writer)
    {
        using (HybridTls.Messages.EncryptedExtensions.Begin(writer))
        {
            ServerNameExtension.WriteAcknowledgement(writer);
            SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768);
            AlpnExtension.WriteSelected(writer, "h2"u8);
            CertificateTypeExtension.WriteSelected(writer, ExtensionType.ClientCertificateType, CertificateType.X509);
            CertificateTypeExtension.WriteSelected(writer, ExtensionType.ServerCertificateType, CertificateType.RawPublicKey);
            RecordSizeLimitExtension.Write(writer, 4096);
            writer.WriteExtension(ExtensionType.EarlyData, []);
            TicketRequestExtension.WriteHint(writer, 2);
        }
    }

    private static void FullCertificateRequest(TlsWriter writer)
    {
        using (CertificateRequest.Begin(writer))
        {
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
            SignatureAlgorithmsExtension.WriteForCertificates(writer, SignatureScheme.MLDsa65, (SignatureScheme)Grease.CodePoint(5));
            CertificateAuthoritiesExtension.Write(writer, [Pattern(25, 5)]);
            CompressCertificateExtension.Write(writer, CertificateCompressionAlgorithm.Zlib);
            writer.WriteExtension((ExtensionType)Grease.CodePoint(6), []);
        }
    }

    private static void CertificateChain(TlsWriter writer)
    {
        using (Certificate.Begin(writer))
        {
            CertificateEntry.Write(writer, Pattern(400, 15));
            using (CertificateEntry.Begin(writer, Pattern(300, 16)))
                writer.WriteExtension((ExtensionType)5, [1, 0, 0, 3, 1, 2, 3]);
        }
    }

    private static void Ticket(TlsWriter writer)
    {
        using (NewSessionTicket.Begin(writer, 7200, 0x8A3C51E7, [0, 1], Pattern(96, 7)))
        {
            writer.WriteExtension(ExtensionType.EarlyData, [0, 0, 0x40, 0]);
            writer.WriteExtension((ExtensionType)Grease.CodePoint(7), [1]);
        }
    }

    private readonly ref struct ExtensionSplit(int context, ReadOnlySpan<byte> block)
    {
        private readonly ReadOnlySpan<byte> _block = block;

        public void Deconstruct(out int messageIndex, out ReadOnlySpan<byte> bytes)
        {
            messageIndex = context;
            bytes = _block;
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Fuzz.Targets;

/// <summary>X.509: the largest reader of what a peer sends before anything about it is known.</summary>
internal static class CertificateTarget
{
    // Names, the exception with its message, and one evaluation of a path; far below the certificate's own limit of 64 KiB times ten.
    private const int FixedAllocation = 512 * 1024;

    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Authority = Create("CN=Authority", "CN=Authority", authority: true, 1);
    private static readonly byte[] Leaf = Create("CN=Leaf", "CN=Authority", authority: false, 2);
    private static readonly PeerValidation Validation =
        PeerValidation.TrustAnchorsFromPem(PemEncoding.WriteString("CERTIFICATE", Authority));

    private static readonly HostName DnsName = Name("example.com");
    private static readonly HostName Address = Name("192.0.2.1");

    /// <summary>Parses, asks for every name, and validates: only documented refusals, bounded memory, and no forged path.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        byte[] der = input.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        string outcome;
        try
        {
            ParsedCertificate certificate = ParsedCertificate.Parse(der);
            certificate.Describe();
            HostName.DescribeNames(certificate);
            outcome = $"parsed, {(DnsName.Matches(certificate) ? "the name" : "no name")}, " +
                $"{(Address.Matches(certificate) ? "the address" : "no address")}, ";
            Properties.Check(der.AsSpan().IndexOf(certificate.ToBeSigned) >= 0, "What is signed lies within the certificate.");
            PeerEvaluation evaluation = Validation.Evaluate(new PeerValidationRequest
            {
                Peer = PeerRole.Server,
                ServerName = "example.com",
                IsRawPublicKey = false,
                Certificates = [der],
                TimeProvider = new FixedTime(),
            });

            // The seeds' signatures are a pattern, not a signature: only the anchor itself may ever be accepted.
            Properties.Check(
                evaluation.Failure is not null || der.AsSpan().SequenceEqual(Authority),
                "A certificate with a forged signature is not accepted.");
            outcome += evaluation.Failure is { } failure ? $"{failure.Alert}: {Properties.WithoutNumbers(failure.Message)}" : Properties.Accepted;
        }
        catch (HybridTlsException exception)
        {
            Properties.Check(
                exception is { Failure: HybridTlsFailure.AlertSent, Alert: TlsAlert.BadCertificate or TlsAlert.UnsupportedCertificate },
                $"An undocumented refusal: {exception.Alert} {exception.Message}");
            outcome = $"{exception.Alert}: {Properties.WithoutNumbers(exception.Message)}";
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Properties.Check(allocated <= FixedAllocation + 16L * der.Length, $"{allocated} bytes are allocated for {der.Length} bytes of input.");
        return outcome;
    }

    /// <summary>A certificate authority and a server's certificate, the same on every run.</summary>
    public static IEnumerable<FuzzSeed> Seeds()
    {
        yield return new("authority", Authority);
        yield return new("server", Leaf);
    }

    private static byte[] Create(string subject, string issuer, bool authority, byte number)
    {
        using MLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, MessageSeeds.Pattern(32, number));
        var request = new CertificateRequest(new X500DistinguishedName(subject), key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, authority, 1, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            authority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, critical: true));
        if (authority)
        {
            request.CertificateExtensions.Add(NameConstraints());
        }
        else
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("example.com");
            names.AddIpAddress(System.Net.IPAddress.Parse("192.0.2.1"));
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        }

        using X509Certificate2 certificate = request.Create(
            new X500DistinguishedName(issuer), new PatternSignature(key), Now.AddDays(-1), Now.AddYears(1), [number]);
        return certificate.RawData;
    }

    private static HostName Name(string text) => HostName.TryParse(text, out HostName name) ? name : throw new FormatException(text);

    // NameConstraints ::= SEQUENCE { permittedSubtrees [0] { { base dNSName "example.com" } } } (RFC 5280 §4.2.1.10)
    private static X509Extension NameConstraints() =>
        new("2.5.29.30", [0x30, 0x11, 0xA0, 0x0F, 0x30, 0x0D, 0x82, 0x0B, .. "example.com"u8], critical: true);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    // Bytes in the place of a signature: the files of the corpus stay the same although ML-DSA signs with fresh randomness.
    private sealed class PatternSignature(MLDsa key) : X509SignatureGenerator
    {
        // SEQUENCE { OID id-ml-dsa-65 } (RFC 9881 §2)
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => MessageSeeds.Pattern(3309, 3);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}

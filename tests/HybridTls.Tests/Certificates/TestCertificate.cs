using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using HybridTls.Certificates;

namespace HybridTls.Tests.Certificates;

/// <summary>Writes certificates field by field, so that each can be wrong on its own. What is not set makes a good certificate.</summary>
internal sealed record TestCertificate
{
    public static readonly DateTimeOffset Now = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);

    public string Subject { get; init; } = "leaf";
    public string Issuer { get; init; } = "root";

    /// <summary>Names of keys in <see cref="TestKeys"/>; without values they are the names of subject and issuer.</summary>
    public string? Key { get; init; }
    public string? SigningKey { get; init; }
    public int Version { get; init; } = 2;
    public DateTimeOffset NotBefore { get; init; } = Now.AddDays(-1);
    public DateTimeOffset NotAfter { get; init; } = Now.AddDays(1);

    /// <summary>The extensions, in order; null leaves the whole field out.</summary>
    public IReadOnlyList<byte[]>? Extensions { get; init; } = [TestExtension.Names("dns:example.com")];

    public byte[]? RawSubject { get; init; }
    public byte[]? RawIssuer { get; init; }
    public byte[]? RawPublicKeyInfo { get; init; }
    public byte[]? InnerAlgorithm { get; init; }
    public byte[]? OuterAlgorithm { get; init; }
    public byte[]? Serial { get; init; }
    public bool BreakSignature { get; init; }
    public Action<AsnWriter>? AfterExtensions { get; init; }

    public static TestCertificate Root(string name = "root") => Authority(name, name);

    public static TestCertificate Authority(string subject, string issuer, params byte[][] more) => new()
    {
        Subject = subject,
        Issuer = issuer,
        Extensions = [TestExtension.Authority(), TestExtension.KeyUsage(5, 6), .. more],
    };

    public static byte[] Name(string commonName, UniversalTagNumber kind = UniversalTagNumber.UTF8String)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3");
            writer.WriteCharacterString(kind, commonName);
        }

        return writer.Encode();
    }

    public static byte[] Algorithm(string oid, bool nullParameters = false)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (nullParameters)
                writer.WriteNull();
        }

        return writer.Encode();
    }

    public byte[] Encode()
    {
        byte[] algorithm = Algorithm("2.16.840.1.101.3.4.3.18");
        byte[] toBeSigned = EncodeToBeSigned(InnerAlgorithm ?? algorithm);
        byte[] signature = new byte[MLDsaAlgorithm.MLDsa65.SignatureSizeInBytes];
        TestKeys.Get(SigningKey ?? Issuer).SignDataDeterministic(toBeSigned, signature);
        if (BreakSignature)
            signature[0] ^= 1;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            writer.WriteEncodedValue(OuterAlgorithm ?? InnerAlgorithm ?? algorithm);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    private byte[] EncodeToBeSigned(byte[] algorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (Version != 0)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    writer.WriteInteger(Version);
            }

            writer.WriteInteger(Serial is null ? 4711 : new BigInteger(Serial, isBigEndian: true));
            writer.WriteEncodedValue(algorithm);
            writer.WriteEncodedValue(RawIssuer ?? Name(Issuer));
            using (writer.PushSequence())
            {
                WriteTime(writer, NotBefore);
                WriteTime(writer, NotAfter);
            }

            writer.WriteEncodedValue(RawSubject ?? Name(Subject));
            writer.WriteEncodedValue(RawPublicKeyInfo ?? MLDsaPublicKeyInfo.Encode(TestKeys.Get(Key ?? Subject).ExportMLDsaPublicKey()));
            if (Extensions is not null)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
                using (writer.PushSequence())
                {
                    foreach (byte[] extension in Extensions)
                        writer.WriteEncodedValue(extension);
                }
            }

            AfterExtensions?.Invoke(writer);
        }

        return writer.Encode();
    }

    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.Year < 2050)
            writer.WriteUtcTime(time, 2049);
        else
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
    }
}

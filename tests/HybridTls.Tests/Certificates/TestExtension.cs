using System.Collections;
using System.Formats.Asn1;
using System.Net;
using System.Text;

namespace HybridTls.Tests.Certificates;

/// <summary>Writes extensions of certificates.</summary>
internal static class TestExtension
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    public const string AnyPurpose = "2.5.29.37.0";

    public static byte[] Raw(string oid, bool critical, byte[] value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (critical)
                writer.WriteBoolean(true);
            writer.WriteOctetString(value);
        }

        return writer.Encode();
    }

    public static byte[] Of(string oid, bool critical, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return Raw(oid, critical, writer.Encode());
    }

    public static byte[] Authority(int? pathLength = null, bool authority = true) => Of("2.5.29.19", true, writer =>
    {
        using (writer.PushSequence())
        {
            if (authority)
                writer.WriteBoolean(true);
            if (pathLength is { } length)
                writer.WriteInteger(length);
        }
    });

    /// <summary>Bits as RFC 5280 numbers them: 0 digitalSignature, 1 nonRepudiation, 2 keyEncipherment, 4 keyAgreement, 5 keyCertSign, 6 cRLSign, 8 decipherOnly.</summary>
    public static byte[] KeyUsage(params int[] bits) => Of("2.5.29.15", true, writer =>
    {
        var list = new BitArray(bits.Length == 0 ? 0 : bits.Max() + 1);
        foreach (int bit in bits)
            list[bit] = true;
        writer.WriteNamedBitList(list);
    });

    public static byte[] Purposes(params string[] oids) => Of("2.5.29.37", false, writer =>
    {
        using (writer.PushSequence())
        {
            foreach (string oid in oids)
                writer.WriteObjectIdentifier(oid);
        }
    });

    /// <summary>subjectAltName; names as dns:, ip:, mail:, uri: or dir:.</summary>
    public static byte[] Names(params string[] names) => Of("2.5.29.17", false, writer =>
    {
        using (writer.PushSequence())
        {
            foreach (string name in names)
                WriteName(writer, name);
        }
    });

    /// <summary>nameConstraints; an ip: carries its mask (ip:192.0.2.0/255.255.255.0).</summary>
    public static byte[] NameConstraints(string[] permitted, string[] excluded, bool critical = true) => Of("2.5.29.30", critical, writer =>
    {
        using (writer.PushSequence())
        {
            WriteSubtrees(writer, 0, permitted);
            WriteSubtrees(writer, 1, excluded);
        }
    });

    public static byte[] SubjectKeyIdentifier(string value) => Of("2.5.29.14", false, writer => writer.WriteOctetString(Encoding.ASCII.GetBytes(value)));

    public static byte[] AuthorityKeyIdentifier(string value) => Of("2.5.29.35", false, writer =>
    {
        using (writer.PushSequence())
            writer.WriteOctetString(Encoding.ASCII.GetBytes(value), new Asn1Tag(TagClass.ContextSpecific, 0));
    });

    private static void WriteSubtrees(AsnWriter writer, int tag, string[] names)
    {
        if (names.Length == 0)
            return;
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
        {
            foreach (string name in names)
            {
                using (writer.PushSequence())
                    WriteName(writer, name);
            }
        }
    }

    private static void WriteName(AsnWriter writer, string name)
    {
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string value = name[(colon + 1)..];
        switch (name[..colon])
        {
            case "mail":
                writer.WriteCharacterString(UniversalTagNumber.IA5String, value, new Asn1Tag(TagClass.ContextSpecific, 1));
                break;
            case "dns":
                writer.WriteCharacterString(UniversalTagNumber.IA5String, value, new Asn1Tag(TagClass.ContextSpecific, 2));
                break;
            case "dir":
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
                    writer.WriteEncodedValue(TestCertificate.Name(value));
                break;
            case "uri":
                writer.WriteCharacterString(UniversalTagNumber.IA5String, value, new Asn1Tag(TagClass.ContextSpecific, 6));
                break;
            case "ip":
                byte[] octets = [.. value.Split('/').SelectMany(static part => IPAddress.Parse(part).GetAddressBytes())];
                writer.WriteOctetString(octets, new Asn1Tag(TagClass.ContextSpecific, 7));
                break;
            default:
                throw new ArgumentException(name);
        }
    }
}

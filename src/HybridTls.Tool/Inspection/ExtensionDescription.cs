using System.Text;
using HybridTls.Messages;

namespace HybridTls.Tool.Inspection;

/// <summary>Extensions in words.</summary>
internal static class ExtensionDescription
{
    private const int PreviewSize = 16;

    /// <summary>Adds the extensions of a message.</summary>
    public static void AddAll(Detail message, ExtensionBlock extensions, ExtensionContext context)
    {
        if (extensions.Count == 0)
            return;
        Detail list = message.AddList("extensions");
        foreach (Extension extension in extensions)
        {
            string value;
            try
            {
                value = Describe(extension.Type, extension.Data, context);
            }
            catch (HybridTlsException exception)
            {
                value = "malformed: " + exception.Message;
            }

            list.Add(CodePoints.Extension(extension.Type), value.Length == 0 ? null : value);
        }
    }

    private static string Describe(ExtensionType type, ReadOnlySpan<byte> data, ExtensionContext context)
    {
        bool offered = context is ExtensionContext.ClientHello or ExtensionContext.CertificateRequest;
        return type switch
        {
            _ when data.IsEmpty => "",
            ExtensionType.ServerName => Ascii(ServerNameExtension.Parse(data)),
            ExtensionType.SupportedGroups => Join(SupportedGroupsExtension.Parse(data), static group => CodePoints.Group((ushort)group)),
            ExtensionType.SignatureAlgorithms or ExtensionType.SignatureAlgorithmsCert =>
                Join(SignatureAlgorithmsExtension.Parse(data), static scheme => CodePoints.Signature((ushort)scheme)),
            ExtensionType.ApplicationLayerProtocolNegotiation => Protocols(AlpnExtension.ParseOffered(data)),
            ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType =>
                offered ? Types(CertificateTypeExtension.ParseOffered(data)) : CertificateTypeExtension.ParseSelected(data).ToString(),
            ExtensionType.CompressCertificate => Join(CompressCertificateExtension.Parse(data), static algorithm => algorithm.ToString()),
            ExtensionType.RecordSizeLimit => Layout.Bytes(RecordSizeLimitExtension.Parse(data)),
            ExtensionType.SupportedVersions => offered
                ? Join(SupportedVersionsExtension.ParseOffered(data), CodePoints.Version)
                : CodePoints.Version(SupportedVersionsExtension.ParseSelected(data)),
            ExtensionType.KeyShare => Shares(data, context),
            ExtensionType.PskKeyExchangeModes => Modes(PskKeyExchangeModesExtension.Parse(data)),
            ExtensionType.PreSharedKey when offered => $"{OfferedPsks.Parse(data).Identities.Count} offered",
            ExtensionType.PreSharedKey => $"number {PreSharedKeyExtension.ParseSelected(data)}",
            ExtensionType.CertificateAuthorities => Authorities(CertificateAuthoritiesExtension.Parse(data)),
            ExtensionType.TicketRequest when offered => Tickets(TicketRequestExtension.Parse(data)),
            _ => Unknown(data),
        };
    }

    private static string Shares(ReadOnlySpan<byte> data, ExtensionContext context)
    {
        if (context == ExtensionContext.HelloRetryRequest)
            return CodePoints.Group((ushort)KeyShareExtension.ParseSelectedGroup(data));
        if (context == ExtensionContext.ServerHello)
            return Share(KeyShareExtension.ParseServerShare(data));
        List<string> shares = [];
        foreach (KeyShareEntry share in KeyShareList.Parse(data))
            shares.Add(Share(share));
        return shares.Count == 0 ? "none" : string.Join(", ", shares);
    }

    private static string Tickets((byte New, byte Resumed) count) => $"{count.New} new, {count.Resumed} resumed";

    private static string Share(KeyShareEntry share) =>
        $"{CodePoints.Group((ushort)share.Group)} ({Layout.Bytes(share.KeyExchange.Length)})";

    private static string Join<T>(CodePointList<T> list, Func<T, string> name)
        where T : unmanaged, Enum
    {
        List<string> names = [];
        foreach (T value in list)
            names.Add(name(value));
        return string.Join(", ", names);
    }

    private static string Protocols(OpaqueList list)
    {
        List<string> names = [];
        foreach (ReadOnlySpan<byte> name in list)
            names.Add(Ascii(name));
        return string.Join(", ", names);
    }

    private static string Authorities(OpaqueList list)
    {
        List<string> names = [];
        foreach (ReadOnlySpan<byte> name in list)
            names.Add(Certificates.DistinguishedName.Describe(name));
        return string.Join(", ", names);
    }

    private static string Types(ReadOnlySpan<CertificateType> types)
    {
        List<string> names = [];
        foreach (CertificateType type in types)
            names.Add(type.ToString());
        return string.Join(", ", names);
    }

    private static string Modes(ReadOnlySpan<PskKeyExchangeMode> modes)
    {
        List<string> names = [];
        foreach (PskKeyExchangeMode mode in modes)
            names.Add((byte)mode switch { 0 => "psk_ke", 1 => "psk_dhe_ke", _ => "GREASE or unknown" });
        return string.Join(", ", names);
    }

    private static string Unknown(ReadOnlySpan<byte> data)
    {
        string hex = Convert.ToHexStringLower(data[..Math.Min(data.Length, PreviewSize)]);
        return $"{Layout.Bytes(data.Length)}: {hex}{(data.Length > PreviewSize ? "…" : "")}";
    }

    private static string Ascii(ReadOnlySpan<byte> text) => ToolConsole.Printable(Encoding.ASCII.GetString(text));
}

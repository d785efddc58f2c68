using System.Net.Security;
using System.Runtime.CompilerServices;
using HybridTls.Messages;
using In = HybridTls.Messages.ExtensionContext;

namespace HybridTls.Fuzz.Targets;

/// <summary>Writes accepted extensions again, each by its own writer, so that reader and writer are compared.</summary>
internal static class ExtensionWriter
{
    /// <summary>Writes a whole block.</summary>
    public static void WriteAll(TlsWriter writer, In context, ExtensionBlock extensions)
    {
        int count = 0;
        foreach (Extension extension in extensions)
        {
            count++;
            Write(writer, context, extension.Type, extension.Data);
        }

        Properties.Check(count == extensions.Count, "The enumerator gives as many extensions as were counted.");
    }

    /// <summary>Writes one extension.</summary>
    public static void Write(TlsWriter writer, In context, ExtensionType type, ReadOnlySpan<byte> data)
    {
        // Long: a case for each extension and each message that may hold it.
        switch (context, type)
        {
            case (In.ClientHello, ExtensionType.ServerName):
                ReadOnlySpan<byte> name = ServerNameExtension.Parse(data);
                if (data.Length == 5 + name.Length)
                    ServerNameExtension.Write(writer, name);
                else
                    writer.WriteExtension(type, data); // with names of unknown types, which we never write
                break;
            case (_, ExtensionType.ServerName):
                ServerNameExtension.WriteAcknowledgement(writer);
                break;
            case (_, ExtensionType.SupportedGroups):
                SupportedGroupsExtension.Write(writer, ToArray(SupportedGroupsExtension.Parse(data)));
                break;
            case (_, ExtensionType.SignatureAlgorithms):
                SignatureAlgorithmsExtension.Write(writer, ToArray(SignatureAlgorithmsExtension.Parse(data)));
                break;
            case (_, ExtensionType.SignatureAlgorithmsCert):
                SignatureAlgorithmsExtension.WriteForCertificates(writer, ToArray(SignatureAlgorithmsExtension.Parse(data)));
                break;
            case (In.ClientHello, ExtensionType.ApplicationLayerProtocolNegotiation):
                var protocols = new List<SslApplicationProtocol>();
                foreach (ReadOnlySpan<byte> protocol in AlpnExtension.ParseOffered(data))
                    protocols.Add(new SslApplicationProtocol(protocol.ToArray()));
                AlpnExtension.WriteOffered(writer, protocols);
                break;
            case (_, ExtensionType.ApplicationLayerProtocolNegotiation):
                AlpnExtension.WriteSelected(writer, AlpnExtension.ParseSelected(data));
                break;
            case (In.ClientHello, ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType):
                CertificateTypeExtension.WriteOffered(writer, type, CertificateTypeExtension.ParseOffered(data));
                break;
            case (_, ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType):
                CertificateTypeExtension.WriteSelected(writer, type, CertificateTypeExtension.ParseSelected(data));
                break;
            case (_, ExtensionType.CompressCertificate):
                CompressCertificateExtension.Write(writer, ToArray(CompressCertificateExtension.Parse(data)));
                break;
            case (_, ExtensionType.RecordSizeLimit):
                RecordSizeLimitExtension.Write(writer, RecordSizeLimitExtension.Parse(data));
                break;
            case (In.ClientHello, ExtensionType.PreSharedKey):
                WriteOfferedPsks(writer, OfferedPsks.Parse(data));
                break;
            case (_, ExtensionType.PreSharedKey):
                PreSharedKeyExtension.WriteSelected(writer, PreSharedKeyExtension.ParseSelected(data));
                break;
            case (In.NewSessionTicket, ExtensionType.EarlyData):
                writer.WriteExtension(type, data);
                break;
            case (_, ExtensionType.EarlyData):
                writer.WriteExtension(type, []);
                break;
            case (In.ClientHello, ExtensionType.SupportedVersions):
                SupportedVersionsExtension.WriteOffered(writer, ToArray(SupportedVersionsExtension.ParseOffered(data)));
                break;
            case (_, ExtensionType.SupportedVersions):
                SupportedVersionsExtension.WriteSelected(writer, SupportedVersionsExtension.ParseSelected(data));
                break;
            case (_, ExtensionType.Cookie):
                CookieExtension.Write(writer, CookieExtension.Parse(data));
                break;
            case (_, ExtensionType.PskKeyExchangeModes):
                PskKeyExchangeModesExtension.Write(writer, PskKeyExchangeModesExtension.Parse(data));
                break;
            case (_, ExtensionType.CertificateAuthorities):
                var names = new List<ReadOnlyMemory<byte>>();
                foreach (ReadOnlySpan<byte> authority in CertificateAuthoritiesExtension.Parse(data))
                    names.Add(authority.ToArray());
                CertificateAuthoritiesExtension.Write(writer, names);
                break;
            case (In.ClientHello, ExtensionType.KeyShare):
                using (KeyShareExtension.BeginOffered(writer))
                {
                    foreach (KeyShareEntry entry in KeyShareList.Parse(data))
                        KeyShareExtension.WriteEntry(writer, entry.Group, entry.KeyExchange);
                }

                break;
            case (In.HelloRetryRequest, ExtensionType.KeyShare):
                KeyShareExtension.WriteSelectedGroup(writer, KeyShareExtension.ParseSelectedGroup(data));
                break;
            case (_, ExtensionType.KeyShare):
                KeyShareEntry share = KeyShareExtension.ParseServerShare(data);
                KeyShareExtension.WriteServerShare(writer, share.Group, share.KeyExchange);
                break;
            case (In.ClientHello, ExtensionType.TicketRequest):
                (byte newSessionCount, byte resumptionCount) = TicketRequestExtension.Parse(data);
                TicketRequestExtension.Write(writer, newSessionCount, resumptionCount);
                break;
            case (_, ExtensionType.TicketRequest):
                TicketRequestExtension.WriteHint(writer, TicketRequestExtension.ParseHint(data));
                break;
            default:
                writer.WriteExtension(type, data); // unknown, padding, post_handshake_auth
                break;
        }
    }

    private static void WriteOfferedPsks(TlsWriter writer, OfferedPsks psks)
    {
        if (psks.Identities.Count == 1)
        {
            // Our own writer leaves room for one binder at the very end.
            ReadOnlySpan<byte> binder = psks.Binders[0];
            foreach (PskIdentity identity in psks.Identities)
                PreSharedKeyExtension.WriteOffered(writer, identity, binder.Length);
            binder.CopyTo(writer.Written[^binder.Length..]);
            return;
        }

        using LengthScope extension = writer.BeginExtension(ExtensionType.PreSharedKey);
        using (writer.BeginVector16())
        {
            foreach (PskIdentity identity in psks.Identities)
                PreSharedKeyExtension.WriteIdentity(writer, identity);
        }

        using LengthScope binders = writer.BeginVector16();
        foreach (ReadOnlySpan<byte> binder in psks.Binders)
            writer.WriteVector8(binder);
    }

    private static T[] ToArray<T>(CodePointList<T> list)
        where T : unmanaged, Enum
    {
        var array = new T[list.Count];
        int i = 0;
        foreach (T value in list)
            array[i++] = value;
        Properties.Check(array.Length == 0 || list.IndexOf(array[^1]) >= 0, "A list contains its members.");
        Properties.Check(Unsafe.SizeOf<T>() == 2, "Code points have two bytes.");
        return array;
    }
}

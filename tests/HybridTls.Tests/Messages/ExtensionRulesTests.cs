using HybridTls.Fuzz;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class ExtensionRulesTests
{
    // The table of RFC 9846 §4.3, and for compress_certificate RFC 8879 §3: name → code point and messages.
    private static readonly Dictionary<ExtensionType, (int CodePoint, string Messages)> Table = new()
    {
        [ExtensionType.ServerName] = (0, "CH EE"),
        [ExtensionType.SupportedGroups] = (10, "CH EE"),
        [ExtensionType.SignatureAlgorithms] = (13, "CH CR"),
        [ExtensionType.ApplicationLayerProtocolNegotiation] = (16, "CH EE"),
        [ExtensionType.ClientCertificateType] = (19, "CH EE"),
        [ExtensionType.ServerCertificateType] = (20, "CH EE"),
        [ExtensionType.Padding] = (21, "CH"),
        [ExtensionType.CompressCertificate] = (27, "CH CR"),
        [ExtensionType.RecordSizeLimit] = (28, "CH EE"),
        [ExtensionType.PreSharedKey] = (41, "CH SH"),
        [ExtensionType.EarlyData] = (42, "CH EE NST"),
        [ExtensionType.SupportedVersions] = (43, "CH SH HRR"),
        [ExtensionType.Cookie] = (44, "CH HRR"),
        [ExtensionType.PskKeyExchangeModes] = (45, "CH"),
        [ExtensionType.CertificateAuthorities] = (47, "CH CR"),
        [ExtensionType.PostHandshakeAuth] = (49, "CH"),
        [ExtensionType.SignatureAlgorithmsCert] = (50, "CH CR"),
        [ExtensionType.KeyShare] = (51, "CH SH HRR"),
        [ExtensionType.TicketRequest] = (58, "CH EE"),
    };

    private static readonly Dictionary<ExtensionContext, string> Messages = new()
    {
        [ExtensionContext.ClientHello] = "CH",
        [ExtensionContext.ServerHello] = "SH",
        [ExtensionContext.HelloRetryRequest] = "HRR",
        [ExtensionContext.EncryptedExtensions] = "EE",
        [ExtensionContext.CertificateRequest] = "CR",
        [ExtensionContext.Certificate] = "CT",
        [ExtensionContext.NewSessionTicket] = "NST",
    };

    [Fact]
    [Clause("HT-MSG-5")]
    public void Each_extension_belongs_into_the_messages_of_the_table_and_no_others()
    {
        Assert.Equal(Enum.GetValues<ExtensionType>().Order(), Table.Keys.Order());
        foreach ((ExtensionType type, (int codePoint, string messages)) in Table)
        {
            Assert.Equal(codePoint, (int)type);
            IEnumerable<string> permitted = Messages.Where(pair => ExtensionRules.Permitted(type).HasFlag(pair.Key)).Select(pair => pair.Value);
            Assert.Equal(messages.Split(' ').Order(), permitted.Order());
        }
    }

    [Fact]
    [Clause("HT-MSG-5")]
    public void A_recognised_extension_in_another_message_is_an_illegal_parameter()
    {
        int refused = 0;
        foreach ((ExtensionType type, (_, string messages)) in Table)
        {
            foreach ((ExtensionContext context, string message) in Messages)
            {
                if (messages.Split(' ').Contains(message))
                    continue;
                Refuses(TlsAlert.IllegalParameter, [], _ => ExtensionCarrier.Read(context, type, []));
                refused++;
            }
        }

        Assert.Equal(19 * 7 - 38, refused);
    }

    [Theory]
    [MemberData(nameof(Malformations))]
    [Clause("HT-MSG-1")]
    public void Malformed_content_is_refused_with_the_alert_of_the_standard(string message, int type, string data, TlsAlert alert)
    {
        ExtensionContext context = Messages.Single(pair => pair.Value == message).Key;
        Refuses(alert, Hex(data), input => ExtensionCarrier.Read(context, (ExtensionType)type, input));
    }

    [Theory]
    [MemberData(nameof(Oddities))]
    public void Odd_but_legal_content_is_accepted(string message, int type, string data)
    {
        ExtensionContext context = Messages.Single(pair => pair.Value == message).Key;
        ExtensionCarrier.Read(context, (ExtensionType)type, Hex(data));
    }

    public static TheoryData<string, int, string, TlsAlert> Malformations()
    {
        const TlsAlert decode = TlsAlert.DecodeError;
        const TlsAlert illegal = TlsAlert.IllegalParameter;
        string longName = new('6', 2 * 256);
        return new()
        {
            { "CH", 0, "", decode }, // server_name
            { "CH", 0, "0000", decode }, // an empty list
            { "CH", 0, "0003 00 0000", decode }, // an empty name
            { "CH", 0, "0004 00 0001 61 00", decode }, // trailing
            { "CH", 0, "0005 00 0001 61 00", decode }, // half a second name
            { "CH", 0, "0004 00 0002 61", decode },
            { "CH", 0, "0008 00 0001 61 00 0001 62", illegal }, // two host names
            { "CH", 0, "0004 00 0001 00", illegal }, // NUL
            { "CH", 0, "0004 00 0001 20", illegal },
            { "CH", 0, "0004 00 0001 E9", illegal },
            { "CH", 0, "0103 00 0100" + longName, illegal }, // 256 characters
            { "EE", 0, "00", decode },
            { "CH", 10, "", decode }, // supported_groups
            { "CH", 10, "0000", decode },
            { "CH", 10, "0001 11", decode },
            { "CH", 10, "0003 11EC 00", decode },
            { "CH", 10, "0002 11EC 00", decode },
            { "CH", 10, "0004 11EC", decode },
            { "EE", 10, "0000", decode },
            { "CH", 13, "0000", decode }, // signature_algorithms
            { "CH", 13, "0003 090509", decode },
            { "CR", 13, "0000", decode },
            { "CH", 50, "0000", decode },
            { "CR", 50, "0003 090509", decode },
            { "CH", 16, "0000", decode }, // ALPN
            { "CH", 16, "0001 00", decode },
            { "CH", 16, "0003 00 0161", decode }, // an empty name
            { "CH", 16, "0003 03 6832", decode },
            { "CH", 16, "0003 02 6832 00", decode },
            { "EE", 16, "0000", decode },
            { "EE", 16, "0006 02 6832 02 6833", illegal }, // two selected
            { "CH", 19, "", decode }, // certificate types
            { "CH", 19, "00", decode },
            { "CH", 20, "02 00", decode },
            { "CH", 20, "01 0002", decode },
            { "EE", 19, "", decode },
            { "EE", 20, "0000", decode },
            { "CH", 27, "00", decode }, // compress_certificate
            { "CH", 27, "01 00", decode },
            { "CR", 27, "03 000200", decode },
            { "CH", 28, "40", decode }, // record_size_limit
            { "CH", 28, "400100", decode },
            { "CH", 28, "003F", illegal },
            { "EE", 28, "0000", illegal },
            { "CH", 41, "", decode }, // pre_shared_key
            { "CH", 41, "0000 0000", decode },
            { "CH", 41, "0007 0001 61 00000000", decode }, // no binders
            { "CH", 41, "0007 0001 61 00000000 0000", decode },
            { "CH", 41, "0006 0000 00000000 0021 20" + Zeros(32), decode }, // an empty identity
            { "CH", 41, "0008 0000 00000000 0000 0021 20" + Zeros(32), decode },
            { "CH", 41, "0007 0001 61 00000000 0020 1F" + Zeros(31), decode }, // a short binder
            { "CH", 41, "0007 0001 61 00000000 0022 1F" + Zeros(31) + "01 00", decode },
            { "CH", 41, "0007 0001 61 00000000 0021 20" + Zeros(32) + "00", decode },
            { "CH", 41, "000E 0001 61 00000000 0001 62 00000000 0021 20" + Zeros(32), illegal }, // two identities, one binder
            { "CH", 41, "0007 0001 61 00000000 0042 20" + Zeros(32) + "20" + Zeros(32), illegal },
            { "SH", 41, "00", decode },
            { "SH", 41, "000000", decode },
            { "CH", 42, "00", decode }, // early_data
            { "EE", 42, "00", decode },
            { "NST", 42, "", decode },
            { "NST", 42, "0000000000", decode },
            { "CH", 43, "00", decode }, // supported_versions
            { "CH", 43, "01 03", decode },
            { "CH", 43, "03 030403", decode },
            { "CH", 43, "02 0304 00", decode },
            { "CH", 43, "FF" + Zeros(255), decode },
            { "SH", 43, "02 0304", decode },
            { "HRR", 43, "03", decode },
            { "CH", 44, "0000", decode }, // cookie
            { "HRR", 44, "0002 00", decode },
            { "HRR", 44, "0001 0000", decode },
            { "CH", 45, "00", decode }, // psk_key_exchange_modes
            { "CH", 45, "01", decode },
            { "CH", 45, "01 01 00", decode },
            { "CH", 47, "0000", decode }, // certificate_authorities
            { "CR", 47, "0002 0000", decode },
            { "CR", 47, "0005 0000 000161", decode }, // an empty name
            { "CR", 47, "0003 0002 61", decode },
            { "CH", 49, "00", decode }, // post_handshake_auth
            { "CH", 51, "", decode }, // key_share
            { "CH", 51, "0004 11EC 0000", decode }, // an empty share
            { "CH", 51, "0005 11EC 0002 61", decode },
            { "CH", 51, "0005 11EC 0001 61 00", decode },
            { "CH", 51, "000A 11EC 0001 61 11EC 0001 62", illegal }, // two shares of a group
            { "CH", 51, "000F 0A0A 0001 61 11EC 0001 61 0A0A 0001 62", illegal },
            { "SH", 51, "11EC", decode },
            { "SH", 51, "11EC 0000", decode },
            { "SH", 51, "11EC 0001 61 00", decode },
            { "HRR", 51, "11", decode },
            { "HRR", 51, "11EC 0001 61", decode },
            { "CH", 58, "02", decode }, // ticket_request
            { "CH", 58, "020100", decode },
            { "EE", 58, "", decode },
            { "EE", 58, "0201", decode },
        };
    }

    public static TheoryData<string, int, string> Oddities() => new()
    {
        { "CH", 0, "0008 07 0001 FF 00 0001 61" }, // a name of an unknown type first
        { "CH", 0, "0004 07 0001 FF" }, // and alone
        { "CH", 10, "0004 0A0A 11EC" }, // GREASE
        { "CH", 13, "0004 0905 0905" }, // a scheme twice: no rule against it
        { "CH", 16, "0006 02 0A0A 02 6832" },
        { "CH", 19, "02 FF00" },
        { "EE", 20, "FF" },
        { "CH", 21, "" },
        { "CH", 21, "0001" }, // not zero: ignored all the same
        { "CH", 27, "02 FFFF" },
        { "CH", 28, "FFFF" }, // more than the protocol allows: a later version may
        { "EE", 28, "0040" },
        { "SH", 41, "FFFF" },
        { "CH", 43, "04 3A3A 0304" },
        { "SH", 43, "0303" },
        { "CH", 45, "02 0B 01" },
        { "CH", 51, "0000" }, // no share: the client waits for HelloRetryRequest
        { "CH", 51, "0005 0A0A 0001 00" },
        { "HRR", 51, "001D" },
        { "NST", 42, "FFFFFFFF" },
        { "CT", 5, "FF" },
    };

    private static string Zeros(int count) => new('0', 2 * count);
}

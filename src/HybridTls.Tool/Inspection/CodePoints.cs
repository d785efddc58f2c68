using System.Globalization;
using System.Net.Security;
using HybridTls.Messages;

namespace HybridTls.Tool.Inspection;

/// <summary>The names that IANA's registries of TLS parameters give to code points.</summary>
internal static class CodePoints
{
    private static readonly Dictionary<ushort, string> Groups = new()
    {
        [0x0017] = "secp256r1",
        [0x0018] = "secp384r1",
        [0x0019] = "secp521r1",
        [0x001D] = "x25519",
        [0x001E] = "x448",
        [0x0100] = "ffdhe2048",
        [0x0101] = "ffdhe3072",
        [0x0102] = "ffdhe4096",
        [0x0103] = "ffdhe6144",
        [0x0104] = "ffdhe8192",
        [0x001F] = "brainpoolP256r1tls13",
        [0x0020] = "brainpoolP384r1tls13",
        [0x0021] = "brainpoolP512r1tls13",
        [0x0200] = "MLKEM512",
        [0x0201] = "MLKEM768",
        [0x0202] = "MLKEM1024",
        [0x11EB] = "SecP256r1MLKEM768",
        [0x11EC] = "X25519MLKEM768",
        [0x11ED] = "SecP384r1MLKEM1024",
        [0x6399] = "X25519Kyber768Draft00",
    };

    private static readonly Dictionary<ushort, string> Signatures = new()
    {
        [0x0201] = "rsa_pkcs1_sha1",
        [0x0203] = "ecdsa_sha1",
        [0x0401] = "rsa_pkcs1_sha256",
        [0x0501] = "rsa_pkcs1_sha384",
        [0x0601] = "rsa_pkcs1_sha512",
        [0x0403] = "ecdsa_secp256r1_sha256",
        [0x0503] = "ecdsa_secp384r1_sha384",
        [0x0603] = "ecdsa_secp521r1_sha512",
        [0x0804] = "rsa_pss_rsae_sha256",
        [0x0805] = "rsa_pss_rsae_sha384",
        [0x0806] = "rsa_pss_rsae_sha512",
        [0x0807] = "ed25519",
        [0x0808] = "ed448",
        [0x0809] = "rsa_pss_pss_sha256",
        [0x080A] = "rsa_pss_pss_sha384",
        [0x080B] = "rsa_pss_pss_sha512",
        [0x081A] = "ecdsa_brainpoolP256r1tls13_sha256",
        [0x081B] = "ecdsa_brainpoolP384r1tls13_sha384",
        [0x081C] = "ecdsa_brainpoolP512r1tls13_sha512",
        [0x0904] = "mldsa44",
        [0x0905] = "mldsa65",
        [0x0906] = "mldsa87",
    };

    private static readonly Dictionary<ushort, string> Extensions = new()
    {
        [0] = "server_name",
        [1] = "max_fragment_length",
        [5] = "status_request",
        [10] = "supported_groups",
        [11] = "ec_point_formats",
        [13] = "signature_algorithms",
        [14] = "use_srtp",
        [15] = "heartbeat",
        [16] = "application_layer_protocol_negotiation",
        [18] = "signed_certificate_timestamp",
        [19] = "client_certificate_type",
        [20] = "server_certificate_type",
        [21] = "padding",
        [22] = "encrypt_then_mac",
        [23] = "extended_master_secret",
        [27] = "compress_certificate",
        [28] = "record_size_limit",
        [34] = "delegated_credential",
        [35] = "session_ticket",
        [41] = "pre_shared_key",
        [42] = "early_data",
        [43] = "supported_versions",
        [44] = "cookie",
        [45] = "psk_key_exchange_modes",
        [47] = "certificate_authorities",
        [48] = "oid_filters",
        [49] = "post_handshake_auth",
        [50] = "signature_algorithms_cert",
        [51] = "key_share",
        [57] = "quic_transport_parameters",
        [58] = "ticket_request",
        [0xFE0D] = "encrypted_client_hello",
        [0xFF01] = "renegotiation_info",
    };

    /// <summary>A named group.</summary>
    public static string Group(ushort value) => Name(Groups, value);

    /// <summary>A signature scheme.</summary>
    public static string Signature(ushort value) => Name(Signatures, value);

    /// <summary>An extension.</summary>
    public static string Extension(ExtensionType type) => Name(Extensions, (ushort)type);

    /// <summary>A cipher suite.</summary>
    public static string CipherSuite(TlsCipherSuite suite) =>
        Enum.IsDefined(suite) ? suite.ToString() : (ushort)suite == 0x00FF ? "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" : Unnamed((ushort)suite);

    /// <summary>A protocol version.</summary>
    public static string Version(ProtocolVersion version) => (ushort)version switch
    {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        ushort other => Unnamed(other),
    };

    private static string Name(Dictionary<ushort, string> names, ushort value) =>
        names.TryGetValue(value, out string? name) ? name : Unnamed(value);

    private static string Unnamed(ushort value) =>
        Grease.IsReserved(value) ? "GREASE" : "0x" + value.ToString("X4", CultureInfo.InvariantCulture);
}

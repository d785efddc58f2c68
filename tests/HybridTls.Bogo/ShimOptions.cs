using System.Globalization;
using System.Text;
using HybridTls.Messages;

namespace HybridTls.Bogo;

/// <summary>The flags for one kind of connection: the initial one, or those that resume. What they mean: README.md.</summary>
internal sealed class ShimOptions
{
    private const int Tls13 = 0x0304;

    private readonly CredentialFlags _defaultCredential = new();
    private bool _inNewCredential;

    public bool IPv6 { get; private set; }

    public int Port { get; private set; }

    public ulong ShimId { get; private set; }

    public bool IsServer { get; private set; }

    public int ResumeCount { get; private set; }

    public bool Async { get; private set; }

    /// <summary>The credentials of <c>-new-*-credential</c>, in order of preference.</summary>
    public List<CredentialFlags> NewCredentials { get; } = [];

    /// <summary>The credential of <c>-cert-file</c> and <c>-key-file</c> before any of these; null without.</summary>
    public CredentialFlags? DefaultCredential => _defaultCredential.IsEmpty ? null : _defaultCredential;

    public int? ExpectSelectedCredential { get; private set; }

    public bool VerifyPeer { get; private set; }

    public bool RequireClientCertificate { get; private set; }

    public bool VerifyFail { get; private set; }

    public bool CustomVerifyCallback { get; private set; }

    public bool ReverifyOnResume { get; private set; }

    public List<CertificateType> AcceptedPeerTypes { get; } = [];

    public List<CertificateType> AvailableClientTypes { get; } = [];

    public CertificateType? ExpectPeerType { get; private set; }

    public byte[]? ExpectPeerKeyHash { get; private set; }

    public string? ExpectPeerCertificateFile { get; private set; }

    public bool NoKeyShares { get; private set; }

    public bool? ExpectRetry { get; private set; }

    public string? HostName { get; private set; }

    public string? ExpectServerName { get; private set; }

    public bool ExpectNoServerName { get; private set; }

    public byte[]? AdvertiseAlpn { get; private set; }

    public byte[]? ExpectAlpn { get; private set; }

    public byte[]? ExpectAdvertisedAlpn { get; private set; }

    public byte[]? SelectAlpn { get; private set; }

    public bool RejectAlpn { get; private set; }

    public bool FailCredentialCallback { get; private set; }

    public bool FailEarlyCallback { get; private set; }

    public bool ServerPreference { get; private set; }

    public int? ExpectCipher { get; private set; }

    public string? ClientAuthorities { get; private set; }

    public string? ExpectClientAuthorities { get; private set; }

    public int? MaxCertificateList { get; private set; }

    public int? MaxSendFragment { get; private set; }

    public bool NoTicket { get; private set; }

    public bool SkipTicket { get; private set; }

    public bool ExpectSessionMiss { get; private set; }

    public bool ExpectNoSession { get; private set; }

    public int ResumptionDelay { get; private set; }

    public int ExportLength { get; private set; }

    public byte[] ExportLabel { get; private set; } = [];

    public byte[] ExportContext { get; private set; } = [];

    public bool ExportTrafficSecrets { get; private set; }

    public bool SendAlert { get; private set; }

    public bool ShimWritesFirst { get; private set; }

    public byte[] InitialWrite { get; private set; } = "hello"u8.ToArray();

    public int RepeatInitialWrite { get; private set; } = 1;

    public bool WriteDifferentSizes { get; private set; }

    public bool ReadWithUnfinishedWrite { get; private set; }

    public bool ShimShutsDown { get; private set; }

    public bool CheckCloseNotify { get; private set; }

    public bool KeyUpdate { get; private set; }

    public bool KeyUpdateBeforeRead { get; private set; }

    public int ReadSize { get; private set; } = 512;

    /// <summary>Takes a flag without a value.</summary>
    /// <returns>False if there is none of that name.</returns>
    public bool TrySet(string name)
    {
        switch (name)
        {
            case "ipv6": IPv6 = true; break;
            case "server": IsServer = true; break;
            case "async": Async = true; break;
            case "verify-peer": VerifyPeer = true; break;
            case "require-any-client-certificate": RequireClientCertificate = true; break;
            case "verify-fail": VerifyFail = true; break;
            case "use-custom-verify-callback": CustomVerifyCallback = true; break;
            case "reverify-on-resume": ReverifyOnResume = true; break;
            case "new-x509-credential": NewCredential(isRaw: false); break;
            case "new-rpk-credential": NewCredential(isRaw: true); break;
            case "no-key-shares": NoKeyShares = true; break;
            case "expect-hrr": ExpectRetry = true; break;
            case "expect-no-hrr": ExpectRetry = false; break;
            case "expect-no-server-name": ExpectNoServerName = true; break;
            case "decline-alpn": SelectAlpn = []; break;
            case "reject-alpn": RejectAlpn = true; break;
            case "fail-cert-callback": FailCredentialCallback = true; break;
            case "fail-early-callback": FailEarlyCallback = true; break;
            case "server-preference": ServerPreference = true; break;
            case "no-ticket": NoTicket = true; break;
            case "skip-ticket": SkipTicket = true; break;
            case "expect-session-miss": ExpectSessionMiss = true; break;
            case "expect-no-session": ExpectNoSession = true; break;
            case "export-traffic-secrets": ExportTrafficSecrets = true; break;
            case "send-alert": SendAlert = true; break;
            case "shim-writes-first": ShimWritesFirst = true; break;
            case "write-different-record-sizes": WriteDifferentSizes = true; break;
            case "read-with-unfinished-write": ReadWithUnfinishedWrite = true; break;
            case "shim-shuts-down": ShimShutsDown = true; break;
            case "check-close-notify": CheckCloseNotify = true; break;
            case "key-update": KeyUpdate = true; break;
            case "key-update-before-read": KeyUpdateBeforeRead = true; break;

            // They choose between interfaces of BoringSSL, or ask for what TLS 1.3 has anyway.
            case "implicit-handshake" or "expect-verify-result" or "no-tls1" or "no-tls11" or "no-tls12" or "use-old-client-cert-callback"
                or "use-early-callback" or "expect-no-session-id" or "peek-then-read" or "use-ticket-callback" or "use-ticket-aead-callback"
                or "expect-extended-master-secret" or "use-export-context" or "renew-ticket" or "renegotiate-freely" or "renegotiate-ignore"
                or "renegotiate-once" or "forbid-renegotiation-after-handshake" or "expect-secure-renegotiation" or "no-op-extra-handshake"
                or "permute-extensions" or "handshake-never-done" or "expect-no-offer-early-data":
                break;
            default: return false;
        }

        return true;
    }

    /// <summary>Takes a flag with a value.</summary>
    /// <returns>False if there is none of that name.</returns>
    public bool TrySet(string name, string value)
    {
        switch (name)
        {
            case "port": Port = Number(value); break;
            case "shim-id": ShimId = ulong.Parse(value, CultureInfo.InvariantCulture); break;
            case "resume-count": ResumeCount = Number(value); break;
            case "cert-file": CurrentCredential.CertificateFile = value; break;
            case "key-file": CurrentCredential.KeyFile = value; break;
            case "expect-selected-credential": ExpectSelectedCredential = Number(value); break;
            case "accepted-peer-cert-types": AcceptedPeerTypes.Add(CertificateTypeOf(value)); break;
            case "available-client-cert-types": AvailableClientTypes.Add(CertificateTypeOf(value)); break;
            case "expect-peer-certificate-type": ExpectPeerType = CertificateTypeOf(value); break;
            case "expect-peer-rpk-sha256": ExpectPeerKeyHash = Convert.FromBase64String(value); break;
            case "expect-peer-cert-file": ExpectPeerCertificateFile = value; break;
            case "host-name": HostName = value; break;
            case "expect-server-name": ExpectServerName = value; break;
            case "advertise-alpn": AdvertiseAlpn = Bytes(value); break;
            case "expect-alpn": ExpectAlpn = Bytes(value); break;
            case "expect-advertised-alpn": ExpectAdvertisedAlpn = Bytes(value); break;
            case "select-alpn": SelectAlpn = Bytes(value); break;
            case "expect-cipher" or "expect-cipher-aes": ExpectCipher = Number(value); break;
            case "use-client-ca-list": ClientAuthorities = value; break;
            case "expect-client-ca-list": ExpectClientAuthorities = value; break;
            case "max-cert-list": MaxCertificateList = Number(value); break;
            case "max-send-fragment": MaxSendFragment = Number(value); break;
            case "resumption-delay": ResumptionDelay = Number(value); break;
            case "export-keying-material": ExportLength = Number(value); break;
            case "export-label": ExportLabel = Bytes(value); break;
            case "export-context": ExportContext = Bytes(value); break;
            case "shim-initial-write": InitialWrite = Bytes(value); break;
            case "repeat-shim-initial-write": RepeatInitialWrite = Number(value); break;
            case "read-size": ReadSize = Number(value); break;

            // What the profile fixes: a test that wants something else is out of scope.
            case "min-version": DemandUnless(Number(value) <= Tls13, "minimum version", value); break;
            case "max-version": DemandUnless(Number(value) >= Tls13, "maximum version", value); break;
            case "expect-version": DemandUnless(Number(value) == Tls13, "version", value); break;
            case "curves" or "key-shares" or "expect-curve-id":
                DemandUnless(Number(value) == (int)NamedGroup.X25519MLKem768, "group", value);
                break;
            case "signing-prefs" or "verify-prefs" or "expect-peer-signature-algorithm":
                DemandUnless(Number(value) == (int)SignatureScheme.MLDsa65, "signature scheme", value);
                break;

            case "trust-cert" or "expect-early-data-reason" or "cipher" or "expect-cipher-no-aes" or "expect-ticket-age-skew":
                break;
            default: return false;
        }

        return true;
    }

    private CredentialFlags CurrentCredential => _inNewCredential ? NewCredentials[^1] : _defaultCredential;

    private void NewCredential(bool isRaw)
    {
        NewCredentials.Add(new CredentialFlags { IsRaw = isRaw });
        _inNewCredential = true;
    }

    private static int Number(string value) => int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>Arguments are bytes to the runner; .NET reads them as UTF-8.</summary>
    private static byte[] Bytes(string value) => Encoding.UTF8.GetBytes(value);

    private static CertificateType CertificateTypeOf(string value) => Number(value) is 0 or 2
        ? (CertificateType)Number(value)
        : throw new UnimplementedException("certificate type " + value);

    private static void DemandUnless(bool supported, string what, string value)
    {
        if (!supported)
            throw new UnimplementedException(what + " " + value);
    }
}

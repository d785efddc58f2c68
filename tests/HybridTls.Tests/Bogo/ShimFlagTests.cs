using HybridTls.Bogo;

namespace HybridTls.Tests.Bogo;

/// <summary>The command line of the shim.</summary>
public class ShimFlagTests
{
    /// <summary>Every flag that BoringSSL's runner gives to tests which suit the profile, with a value if it has one.</summary>
    public static TheoryData<string, string?> Flags => new()
    {
        { "trust-cert", "f" }, { "key-file", "f" }, { "cert-file", "f" }, { "server", null }, { "resume-count", "1" }, { "async", null },
        { "verify-peer", null }, { "expect-selected-credential", "-1" }, { "require-any-client-certificate", null }, { "new-rpk-credential", null },
        { "verify-fail", null }, { "new-x509-credential", null }, { "use-custom-verify-callback", null }, { "implicit-handshake", null },
        { "accepted-peer-cert-types", "2" }, { "export-keying-material", "32" }, { "export-label", "" }, { "export-context", "c" },
        { "expect-verify-result", null }, { "available-client-cert-types", "0" }, { "expect-peer-certificate-type", "2" }, { "no-key-shares", null },
        { "min-version", "772" }, { "expect-peer-rpk-sha256", "AAAA" }, { "no-tls1", null }, { "expect-hrr", null }, { "check-close-notify", null },
        { "expect-early-data-reason", "disabled" }, { "use-old-client-cert-callback", null }, { "reverify-on-resume", null }, { "no-tls11", null },
        { "curves", "4588" }, { "use-early-callback", null }, { "expect-session-miss", null }, { "shim-shuts-down", null }, { "no-tls12", null },
        { "expect-no-session-id", null }, { "shim-writes-first", null }, { "send-alert", null }, { "resumption-delay", "10" }, { "peek-then-read", null },
        { "host-name", "h" }, { "advertise-alpn", "\u0003foo" }, { "use-ticket-callback", null }, { "expect-extended-master-secret", null },
        { "signing-prefs", "2309" }, { "verify-prefs", "2309" }, { "expect-curve-id", "4588" }, { "expect-server-name", "h" }, { "select-alpn", "foo" },
        { "use-ticket-aead-callback", null }, { "use-export-context", null }, { "expect-cipher-aes", "4865" }, { "expect-cipher-no-aes", "4867" },
        { "fail-cert-callback", null }, { "max-send-fragment", "512" }, { "read-size", "1024" }, { "cipher", "ALL" }, { "use-client-ca-list", "<EMPTY>" },
        { "max-version", "772" }, { "expect-advertised-alpn", "\u0003foo" }, { "skip-ticket", null }, { "expect-peer-signature-algorithm", "2309" },
        { "export-traffic-secrets", null }, { "expect-ticket-age-skew", "-5" }, { "expect-peer-cert-file", "f" }, { "no-op-extra-handshake", null },
        { "key-update", null }, { "no-ticket", null }, { "fail-early-callback", null }, { "max-cert-list", "16384" }, { "expect-client-ca-list", "<NULL>" },
        { "expect-alpn", "foo" }, { "decline-alpn", null }, { "reject-alpn", null }, { "renew-ticket", null }, { "renegotiate-freely", null },
        { "expect-secure-renegotiation", null }, { "server-preference", null }, { "read-with-unfinished-write", null }, { "ipv6", null },
        { "key-shares", "4588" }, { "expect-cipher", "4865" }, { "expect-version", "772" }, { "expect-no-server-name", null }, { "expect-no-session", null },
        { "write-different-record-sizes", null }, { "shim-initial-write", "x" }, { "repeat-shim-initial-write", "2" }, { "key-update-before-read", null },
        { "expect-no-hrr", null }, { "permute-extensions", null },
    };

    [Theory]
    [MemberData(nameof(Flags))]
    public void Every_flag_of_the_runner_is_known_with_every_prefix(string name, string? value)
    {
        foreach (string prefix in (string[])["-", "-on-initial-", "-on-resume-", "-on-retry-", "-on-shim-"])
        {
            FlagParser flags = new();
            flags.Parse(value is null ? [prefix + name] : [prefix + name, value]);
        }
    }

    [Fact]
    public void A_prefix_says_which_connection_is_meant()
    {
        FlagParser flags = new();
        flags.Parse(["-server", "-on-initial-read-size", "1", "-on-resume-read-size", "2", "-on-retry-read-size", "3", "-on-handshaker-read-size", "4", "-port", "5"]);
        Assert.Equal((1, 2), (flags.Initial.ReadSize, flags.Resume.ReadSize));
        Assert.Equal((5, 5), (flags.Initial.Port, flags.Resume.Port));
        Assert.True(flags.Initial.IsServer && flags.Resume.IsServer);
    }

    [Fact]
    public void Credentials_keep_their_order_and_their_files()
    {
        FlagParser flags = new();
        flags.Parse(["-cert-file", "0c", "-key-file", "0k", "-new-rpk-credential", "-key-file", "1k", "-new-x509-credential", "-cert-file", "2c", "-key-file", "2k"]);
        Assert.Equal(("0c", "0k"), (flags.Initial.DefaultCredential!.CertificateFile, flags.Initial.DefaultCredential.KeyFile));
        Assert.Equal([(true, null, "1k"), (false, "2c", "2k")], flags.Resume.NewCredentials.Select(static credential => (credential.IsRaw, credential.CertificateFile, credential.KeyFile)));
    }

    [Theory]
    [InlineData("-port")]
    [InlineData("port")]
    [InlineData("-accepted-peer-cert-types", "1")]
    public void What_makes_no_sense_is_unimplemented(params string[] arguments) =>
        Assert.Throws<UnimplementedException>(() => new FlagParser().Parse(arguments));
}

using System.Security.Cryptography;
using HybridTls.Certificates;

namespace HybridTls.Tests.Certificates;

public class PeerValidationTests
{
    private static readonly byte[] Leaf = new TestCertificate().Encode();
    private static readonly byte[] Root = TestCertificate.Root().Encode();
    private static readonly byte[] LeafKey = MLDsaPublicKeyInfo.Encode(TestKeys.Get("leaf").ExportMLDsaPublicKey());
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<byte> HashOf(string key) => SHA256.HashData(MLDsaPublicKeyInfo.Encode(TestKeys.Get(key).ExportMLDsaPublicKey()));

    [Fact]
    [Clause("HT-CERT-11")]
    [Clause("HT-AUTH-9")]
    public void A_pinned_key_is_accepted_raw_and_in_any_certificate()
    {
        foreach (PeerValidation validation in (PeerValidation[])[
            PeerValidation.PinnedPublicKeys(TestKeys.Get("other"), TestKeys.Get("leaf")),
            PeerValidation.PinnedPublicKeyHashes(HashOf("other"), HashOf("leaf"))])
        {
            Assert.True(validation.AcceptsRawPublicKeys);
            Assert.Empty(validation.AnchorSubjects);
            Judge.Accepts(Judge.Evaluate(validation, [LeafKey], raw: true));
            // Neither name nor dates nor issuer count.
            Judge.Accepts(Judge.Evaluate(validation, [Leaf], serverName: null, now: TestCertificate.Now.AddYears(5)));
            PeerEvaluation evaluation = Judge.Evaluate(validation, [LeafKey], raw: true);
            byte[] signature = TestKeys.Get("leaf").SignData([1, 2, 3]);
            Assert.True(evaluation.Key!.Verify([1, 2, 3], signature));
            Assert.False(evaluation.Key.Verify([1, 2, 4], signature));
            Assert.False(evaluation.Key.Verify([1, 2, 3], signature.AsSpan(1)));
        }
    }

    [Fact]
    public void A_key_that_is_not_pinned_is_refused()
    {
        PeerValidation validation = PeerValidation.PinnedPublicKeys(TestKeys.Get("other"));
        Judge.Refuses(Judge.Evaluate(validation, [LeafKey], raw: true), TlsAlert.CertificateUnknown, Convert.ToHexString(HashOf("leaf").Span));
        Judge.Refuses(Judge.Evaluate(validation, [Leaf]), TlsAlert.CertificateUnknown, "not among the pinned ones");
        // The chain's other keys do not count where pins stand alone.
        Judge.Refuses(Judge.Evaluate(PeerValidation.PinnedPublicKeys(TestKeys.Get("root")), [Leaf, Root]), TlsAlert.CertificateUnknown, "not among the pinned ones");
    }

    [Fact]
    public void A_pinned_key_in_a_certificate_that_may_not_sign_is_refused()
    {
        byte[] leaf = new TestCertificate { Extensions = [TestExtension.KeyUsage(5)] }.Encode();
        Judge.Refuses(Judge.Evaluate(PeerValidation.PinnedPublicKeys(TestKeys.Get("leaf")), [leaf]), TlsAlert.UnsupportedCertificate, "lacks digitalSignature");
    }

    [Fact]
    [Clause("HT-CERT-11")]
    public void Anchors_and_pins_must_both_be_met()
    {
        PeerValidation anchors = Judge.Anchors(Root);
        Judge.Accepts(Judge.Evaluate(anchors.AndPinnedPublicKeys(TestKeys.Get("leaf")), [Leaf]));
        Judge.Accepts(Judge.Evaluate(anchors.AndPinnedPublicKeyHashes(HashOf("root")), [Leaf]));
        Judge.Refuses(Judge.Evaluate(anchors.AndPinnedPublicKeys(TestKeys.Get("other")), [Leaf]), TlsAlert.CertificateUnknown, "not among the pinned ones");
        byte[] stranger = new TestCertificate { Issuer = "stranger" }.Encode();
        Judge.Refuses(Judge.Evaluate(anchors.AndPinnedPublicKeys(TestKeys.Get("leaf")), [stranger]), TlsAlert.UnknownCa, "stranger");
        // A certificate that is presented but not on the path does not count.
        byte[] beside = TestCertificate.Authority("beside", "root").Encode();
        Judge.Refuses(Judge.Evaluate(anchors.AndPinnedPublicKeys(TestKeys.Get("beside")), [Leaf, beside]), TlsAlert.CertificateUnknown, "not among the pinned ones");
    }

    [Fact]
    [Clause("HT-AUTH-9")]
    public void Anchors_judge_no_raw_public_keys()
    {
        PeerValidation anchors = Judge.Anchors(Root);
        Assert.False(anchors.AcceptsRawPublicKeys);
        Judge.Refuses(Judge.Evaluate(anchors, [LeafKey], raw: true), TlsAlert.UnsupportedCertificate, "PinnedPublicKeys");
        Assert.False(anchors.AndPinnedPublicKeys(TestKeys.Get("leaf")).AcceptsRawPublicKeys);
        Assert.Equal(TestCertificate.Name("root"), Assert.Single(anchors.AnchorSubjects).ToArray());
    }

    [Fact]
    [Clause("HT-CERT-10")]
    public void A_raw_public_key_is_read_strictly()
    {
        PeerValidation validation = PeerValidation.PinnedPublicKeys(TestKeys.Get("leaf"));
        Judge.Refuses(Judge.Evaluate(validation, [LeafKey, LeafKey], raw: true), TlsAlert.BadCertificate, "one raw public key");
        Judge.Refuses(Judge.Evaluate(validation, [], raw: true), TlsAlert.BadCertificate, "one raw public key");
        Judge.Refuses(Judge.Evaluate(validation, [[.. LeafKey, 0]], raw: true), TlsAlert.BadCertificate, "not a SubjectPublicKeyInfo");
        for (int length = 0; length < LeafKey.Length; length += length < 30 ? 1 : 61)
            Judge.Refuses(Judge.Evaluate(validation, [LeafKey[..length]], raw: true), TlsAlert.BadCertificate, "not a SubjectPublicKeyInfo");
        // 0x05 0x00: NULL parameters, which RFC 9881 forbids.
        byte[] withNull = [0x30, 0x82, 0x07, 0xB4, 0x30, 0x0D, .. LeafKey[6..17], 0x05, 0x00, .. LeafKey[17..]];
        Judge.Refuses(Judge.Evaluate(validation, [withNull], raw: true), TlsAlert.BadCertificate, "has no parameters");
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Judge.Refuses(Judge.Evaluate(validation, [ec.ExportSubjectPublicKeyInfo()], raw: true), TlsAlert.UnsupportedCertificate, "HybridTls needs an ML-DSA-65 key");
    }

    [Fact]
    [Clause("HT-AUTH-6")]
    public void An_empty_chain_is_refused() =>
        Judge.Refuses(Judge.Evaluate(Judge.Anchors(Root), []), TlsAlert.BadCertificate, "sent 0 certificates");

    [Fact]
    public void The_expected_name_can_be_set_or_waived()
    {
        PeerValidation anchors = Judge.Anchors(Root);
        Judge.Accepts(Judge.Evaluate(anchors.WithServerName("example.com"), [Leaf], serverName: "10.0.0.1"));
        Judge.Refuses(Judge.Evaluate(anchors.WithServerName("example.org"), [Leaf]), TlsAlert.CertificateUnknown, "not for example.org");
        Judge.Accepts(Judge.Evaluate(anchors.DangerousAnyServerName(), [Leaf], serverName: "example.org"));
        Judge.Refuses(Judge.Evaluate(anchors, [Leaf], serverName: "exa mple"), TlsAlert.InternalError, "neither a host name nor");
        Assert.Throws<ArgumentException>(() => anchors.WithServerName("exa mple"));
        // Names are the server's: a client is not held to any.
        Judge.Accepts(Judge.Evaluate(anchors, [Leaf], PeerRole.Client, serverName: "example.org"));
    }

    [Fact]
    [Clause("HT-AUTH-4")]
    public async Task A_callback_can_refuse_what_the_checks_accept()
    {
        PeerValidationContext? seen = null;
        PeerValidation accepting = Judge.Anchors(Root).WithCallback((context, _) =>
        {
            seen = context;
            return ValueTask.FromResult(PeerVerdict.Accept);
        });
        PeerEvaluation evaluation = Judge.Evaluate(accepting, [Leaf]);
        Assert.True(evaluation.IsPending);
        Assert.Null(seen);
        await evaluation.DecideAsync(Token);
        Assert.Equal(PeerRole.Server, seen!.Peer);
        Assert.Equal("example.com", seen.ServerName);
        Assert.Equal([Leaf], seen.PresentedCertificates.Select(static der => der.ToArray()));
        Assert.Equal([Leaf, Root], seen.ValidatedPath.Select(static der => der.ToArray()));
        Assert.Equal(LeafKey, seen.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(HashOf("leaf").ToArray(), seen.GetPublicKeyHash());
        Assert.Empty(seen.Findings);
        using var certificate = seen.LoadCertificate();
        Assert.Equal("CN=leaf", certificate!.Subject);

        await RefusesLater(static (_, _) => ValueTask.FromResult(PeerVerdict.Refuse("not today", TlsAlert.AccessDenied)), TlsAlert.AccessDenied, "not today");
        await RefusesLater(static (_, _) => ValueTask.FromResult(default(PeerVerdict)), TlsAlert.CertificateUnknown, "no reason");
        await RefusesLater(static (_, _) => throw new TimeoutException("the directory is away"), TlsAlert.InternalError, "the directory is away");
        await RefusesLater(static async (_, _) => { await Task.Yield(); throw new OperationCanceledException(); }, TlsAlert.InternalError, "callback failed");
    }

    [Fact]
    [Clause("HT-AUTH-4")]
    public async Task A_callback_cannot_accept_what_the_checks_refuse()
    {
        bool asked = false;
        PeerValidation validation = Judge.Anchors(Root).WithCallback((_, _) =>
        {
            asked = true;
            return ValueTask.FromResult(PeerVerdict.Accept);
        });
        PeerEvaluation evaluation = Judge.Evaluate(validation, [Leaf], serverName: "example.org");
        Assert.False(evaluation.IsPending);
        var exception = await Assert.ThrowsAsync<HybridTlsException>(async () => await evaluation.DecideAsync(Token));
        Assert.Equal(TlsAlert.CertificateUnknown, exception.Alert);
        Assert.False(asked);
    }

    [Fact]
    [Clause("HT-AUTH-4")]
    public async Task A_callback_alone_decides_and_sees_what_the_checks_would_say()
    {
        var findings = new List<string>();
        PeerValidation validation = PeerValidation.DangerousCallbackAlone((context, _) =>
        {
            findings.AddRange(context.Findings);
            return ValueTask.FromResult(PeerVerdict.Accept);
        });
        Assert.True(validation.AcceptsRawPublicKeys);
        PeerEvaluation evaluation = Judge.Evaluate(validation, [new TestCertificate { Issuer = "stranger" }.Encode()], serverName: "example.org", now: TestCertificate.Now.AddYears(1));
        Assert.True(evaluation.IsPending);
        await evaluation.DecideAsync(Token);
        Assert.Collection(findings,
            static finding => Assert.Contains("No trust anchors", finding, StringComparison.Ordinal),
            static finding => Assert.Contains("expired", finding, StringComparison.Ordinal),
            static finding => Assert.Contains("not for example.org", finding, StringComparison.Ordinal));

        findings.Clear();
        await Judge.Evaluate(validation, [LeafKey], raw: true).DecideAsync(Token);
        Assert.Contains("raw public key was not judged", Assert.Single(findings), StringComparison.Ordinal);

        // What cannot sign a handshake is refused without asking.
        byte[] unusable = new TestCertificate { Extensions = [TestExtension.KeyUsage(5)] }.Encode();
        Judge.Refuses(Judge.Evaluate(validation, [unusable]), TlsAlert.UnsupportedCertificate, "lacks digitalSignature");
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_taken_for_a_refusal()
    {
        PeerValidation validation = Judge.Anchors(Root).WithCallback(static async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return PeerVerdict.Accept;
        });
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Judge.Evaluate(validation, [Leaf]).DecideAsync(cancelled.Token));
    }

    [Fact]
    public async Task Without_a_callback_nothing_is_pending()
    {
        PeerEvaluation evaluation = Judge.Evaluate(Judge.Anchors(Root), [Leaf]);
        Assert.False(evaluation.IsPending);
        evaluation.ThrowIfRefused();
        await evaluation.DecideAsync(Token);
    }

    [Fact]
    public void A_peer_that_comes_again_is_checked_anew_in_all_but_signatures()
    {
        byte[] leaf = new TestCertificate { Issuer = "ca" }.Encode();
        byte[] authority = TestCertificate.Authority("ca", "root").Encode();
        PeerValidation validation = Judge.Anchors(Root);
        VerificationKey first = Evaluated(validation, leaf, authority);
        // The second time the kept copies are found, the third time nothing new is kept.
        VerificationKey second = Evaluated(validation, leaf, authority);
        Assert.NotSame(first, second);
        Assert.Same(second, Evaluated(validation, leaf, authority));

        Judge.Refuses(Judge.Evaluate(validation, [leaf, authority], now: TestCertificate.Now.AddDays(2)), TlsAlert.CertificateExpired, "expired");
        Judge.Refuses(Judge.Evaluate(validation, [leaf, authority], serverName: "example.org"), TlsAlert.CertificateUnknown, "not for");
        Judge.Refuses(Judge.Evaluate(validation, [leaf]), TlsAlert.UnknownCa, "was not presented");
        byte[] changed = [.. leaf];
        changed[^1] ^= 1;
        Judge.Refuses(Judge.Evaluate(validation, [changed, authority]), TlsAlert.BadCertificate, "does not verify");
        // The bytes the caller passed may be used for other things afterwards: what is kept is a copy.
        byte[] passed = [.. leaf];
        PeerValidation fresh = Judge.Anchors(Root);
        Judge.Accepts(Judge.Evaluate(fresh, [passed, authority]));
        passed[^1] ^= 1;
        Judge.Refuses(Judge.Evaluate(fresh, [passed, authority]), TlsAlert.BadCertificate, "does not verify");
    }

    [Fact]
    public void What_is_kept_of_accepted_peers_is_bounded_and_refused_ones_are_not_kept()
    {
        var anchors = new TrustAnchorSet([Root]);
        ParsedCertificate anchor = anchors.Anchors[0];
        ParsedCertificate[] leaves = [.. Enumerable.Range(0, RecentCertificates.Capacity + 1).Select(static i => ParsedCertificate.Parse(new TestCertificate { Serial = [1, (byte)i] }.Encode()))];
        foreach (ParsedCertificate leaf in leaves)
            anchors.Recent.Add([leaf, anchor]);
        Assert.Equal(RecentCertificates.Capacity, leaves.Count(leaf => anchors.Recent.Find(leaf.Der.Span) is not null));
        Assert.Null(anchors.Recent.Find(leaves[0].Der.Span));
        Assert.Same(anchor, anchors.Recent.Find(leaves[^1].Der.Span)!.VerifiedBy);
    }

    [Fact]
    public void Options_that_mean_nothing_are_refused_when_made()
    {
        Assert.Throws<ArgumentException>(static () => PeerValidation.TrustAnchors());
        Assert.Throws<ArgumentException>(static () => PeerValidation.PinnedPublicKeys());
        Assert.Throws<ArgumentException>(static () => PeerValidation.PinnedPublicKeyHashes());
        Assert.Throws<ArgumentException>(static () => PeerValidation.PinnedPublicKeyHashes(new byte[31]));
        Assert.Throws<CryptographicException>(static () => PeerValidation.TrustAnchorsFromPem("nothing"));
        using var other = FakeMLDsa.FromName("44", MLDsaAlgorithm.MLDsa44);
        Assert.Throws<ArgumentException>(() => PeerValidation.PinnedPublicKeys(other));
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] classical = new TestCertificate { RawPublicKeyInfo = ec.ExportSubjectPublicKeyInfo() }.Encode();
        Assert.Contains("HybridTls needs an ML-DSA-65 key", Assert.Throws<CryptographicException>(() => Judge.Anchors(classical)).Message, StringComparison.Ordinal);
        Assert.Throws<CryptographicException>(static () => Judge.Anchors(new TestCertificate { Version = 0, Extensions = null }.Encode()));

        PeerValidation anchors = Judge.Anchors(Root);
        Assert.Throws<InvalidOperationException>(() => PeerValidation.PinnedPublicKeys(TestKeys.Get("a")).AndPinnedPublicKeys(TestKeys.Get("b")));
        Assert.Throws<InvalidOperationException>(() => anchors.AndPinnedPublicKeys(TestKeys.Get("a")).AndPinnedPublicKeys(TestKeys.Get("b")));
        anchors = anchors.WithCallback(static (_, _) => default);
        Assert.Throws<InvalidOperationException>(() => anchors.WithCallback(static (_, _) => default));
        Assert.Throws<ArgumentException>(static () => PeerVerdict.Refuse("no", TlsAlert.CloseNotify));
        Assert.Throws<ArgumentException>(static () => PeerVerdict.Refuse(" "));
    }

    private static async Task RefusesLater(Func<PeerValidationContext, CancellationToken, ValueTask<PeerVerdict>> callback, TlsAlert alert, string words)
    {
        PeerEvaluation evaluation = Judge.Evaluate(Judge.Anchors(Root).WithCallback(callback), [Leaf]);
        Assert.True(evaluation.IsPending);
        var exception = await Assert.ThrowsAsync<HybridTlsException>(async () => await evaluation.DecideAsync(Token));
        Assert.Equal(alert, exception.Alert);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    private static VerificationKey Evaluated(PeerValidation validation, params byte[][] chain)
    {
        PeerEvaluation evaluation = Judge.Evaluate(validation, chain);
        Judge.Accepts(evaluation);
        return evaluation.Key!;
    }
}

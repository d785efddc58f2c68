using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;

namespace HybridTls.Tests.Certificates;

public class IssuingTests
{
    private static readonly CertificateProfile Profile = new() { Names = ["example.com", "*.example.org", "192.0.2.7", "2001:db8::1"] };

    [Fact]
    public void A_self_signed_certificate_is_its_own_anchor()
    {
        var key = TestKeys.Get("self");
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, Profile);
        PeerEvaluation evaluation = PeerValidation.TrustAnchors(certificate).Evaluate(new() { Peer = PeerRole.Server, ServerName = "example.com", Certificates = [certificate.RawData] });
        Assert.Null(evaluation.Failure);
        Assert.Equal(key.ExportMLDsaPublicKey(), evaluation.Key!.Bytes.ToArray());
    }

    [Fact]
    public void A_chain_of_three_leads_to_the_root()
    {
        var rootKey = TestKeys.Get("root");
        var issuingKey = TestKeys.Get("issuing");
        var leafKey = TestKeys.Get("leaf");
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", rootKey);
        using CertificateAuthority issuing = root.IssueAuthority("CN=Issuing", issuingKey);
        using X509Certificate2 leaf = issuing.Issue(leafKey, Profile);
        PeerEvaluation evaluation = PeerValidation.TrustAnchors(root.Certificate).Evaluate(
            new() { Peer = PeerRole.Server, ServerName = "www.example.org", Certificates = [leaf.RawData, issuing.Certificate.RawData] });
        Assert.Null(evaluation.Failure);
        Assert.Equal(leafKey.ExportMLDsaPublicKey(), evaluation.Key!.Bytes.ToArray());
    }

    [Fact]
    public void A_signing_request_is_read_back_and_issued()
    {
        var rootKey = TestKeys.Get("root");
        var leafKey = TestKeys.Get("leaf");
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", rootKey);
        CertificateSigningRequest request = CertificateSigningRequest.Load(CertificateFactory.CreateSigningRequest(leafKey, Profile));
        Assert.Equal(Profile.Names, request.Names);
        Assert.Equal("CN=example.com", request.Subject.Name);
        using X509Certificate2 leaf = root.Issue(request, Profile);
        Assert.Equal(request.SubjectPublicKeyInfo.ToArray(), leaf.PublicKey.ExportSubjectPublicKeyInfo());
    }
}

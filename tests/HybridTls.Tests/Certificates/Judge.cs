using HybridTls.Certificates;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Certificates;

/// <summary>Evaluates chains at the time of <see cref="TestCertificate.Now"/>.</summary>
internal static class Judge
{
    public static PeerValidation Anchors(params byte[][] anchors) =>
        PeerValidation.TrustAnchorsFromPem(string.Join('\n', anchors.Select(static der => System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", der))));

    public static PeerEvaluation Evaluate(
        PeerValidation validation, IEnumerable<byte[]> chain, PeerRole peer = PeerRole.Server, string? serverName = "example.com", DateTimeOffset? now = null, bool raw = false) =>
        validation.Evaluate(new PeerValidationRequest
        {
            Peer = peer,
            ServerName = serverName,
            IsRawPublicKey = raw,
            Certificates = [.. chain.Select(static der => (ReadOnlyMemory<byte>)der)],
            TimeProvider = new FakeTimeProvider(now ?? TestCertificate.Now),
        });

    public static void Accepts(PeerEvaluation evaluation)
    {
        Assert.True(evaluation.Failure is null, evaluation.Failure?.Message);
        Assert.NotNull(evaluation.Key);
    }

    public static void Refuses(PeerEvaluation evaluation, TlsAlert alert, string fragment)
    {
        Assert.NotNull(evaluation.Failure);
        Assert.Null(evaluation.Key);
        Assert.Contains(fragment, evaluation.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(alert, evaluation.Failure.Alert);
        var exception = Assert.Throws<HybridTlsException>(evaluation.ThrowIfRefused);
        Assert.Equal(alert, exception.Alert);
    }
}

namespace HybridTls.Tests.Certificates;

/// <summary>One chain and what must come of it: accepted, or refused with an alert and words.</summary>
internal sealed record PathCase(params TestCertificate[] Chain)
{
    public TestCertificate[] Anchors { get; init; } = [TestCertificate.Root()];
    public PeerRole Peer { get; init; } = PeerRole.Server;
    public string? ServerName { get; init; } = "example.com";
    public DateTimeOffset? Now { get; init; }
    public TlsAlert? Alert { get; init; }
    public string Words { get; init; } = "";

    public PathCase Refused(TlsAlert alert, string words) => this with { Alert = alert, Words = words };

    public void Run()
    {
        PeerValidation validation = Judge.Anchors([.. Anchors.Select(static anchor => anchor.Encode())]);
        var evaluation = Judge.Evaluate(validation, Chain.Select(static certificate => certificate.Encode()), Peer, ServerName, Now);
        if (Alert is { } alert)
            Judge.Refuses(evaluation, alert, Words);
        else
            Judge.Accepts(evaluation);
    }
}

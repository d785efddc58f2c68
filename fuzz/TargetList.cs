using HybridTls.Fuzz.Targets;

namespace HybridTls.Fuzz;

/// <summary>All targets, by name.</summary>
internal static class TargetList
{
    /// <summary>The targets in the order in which they are listed.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("framing", "bytes to records: splitting changes nothing", RecordTargets.FuzzFraming, RecordSeeds.Records),
        new("reassembly", "fragments to handshake messages: splitting changes nothing",
            RecordTargets.FuzzReassembly, RecordSeeds.HandshakeStreams),
        new("record-reader", "bytes to the events of the record layer before there are keys: the same",
            RecordTargets.FuzzRecordReader, RecordSeeds.Records),
        new("protection", "orders for protected records: opened as they were sealed", ProtectionTarget.Fuzz, RecordSeeds.Orders),
        new("message", "a handshake message with its header: reader, writer and reader agree",
            MessageTargets.FuzzMessage, MessageSeeds.Messages),
        new("client-hello", "a ClientHello body: reader, writer and reader agree",
            MessageTargets.FuzzClientHello, MessageSeeds.ClientHellos),
        new("client-hello-peek", "the beginning of a connection: judged as a whole as in pieces, and ours only if our parser takes it",
            PeekTarget.Fuzz, RecordSeeds.Records),
        new("server-hello", "a ServerHello or HelloRetryRequest body: the same", MessageTargets.FuzzServerHello, MessageSeeds.ServerHellos),
        new("encrypted-extensions", "an EncryptedExtensions body: the same",
            MessageTargets.FuzzEncryptedExtensions, MessageSeeds.EncryptedExtensions),
        new("certificate-request", "a CertificateRequest body: the same",
            MessageTargets.FuzzCertificateRequest, MessageSeeds.CertificateRequests),
        new("certificate", "a Certificate body: the same", MessageTargets.FuzzCertificate, MessageSeeds.Certificates),
        new("certificate-der", "an X.509 certificate: parsed or refused, its names matched, never trusted unless it is the anchor",
            CertificateTarget.Fuzz, CertificateTarget.Seeds),
        new("host-name", "a host name (UTF-8): accepted names are read again as themselves", HostNameTarget.Fuzz, HostNameTarget.Seeds),
        new("compressed-certificate", "a CompressedCertificate body: the same",
            MessageTargets.FuzzCompressedCertificate, MessageSeeds.CompressedCertificates),
        new("certificate-verify", "a CertificateVerify body: the same",
            MessageTargets.FuzzCertificateVerify, MessageSeeds.CertificateVerifies),
        new("finished", "a Finished body: the same, for both hash sizes", MessageTargets.FuzzFinished, MessageSeeds.Finisheds),
        new("new-session-ticket", "a NewSessionTicket body: the same", MessageTargets.FuzzNewSessionTicket, MessageSeeds.NewSessionTickets),
        new("session", "what a ticket holds: the same, and anything else is no session", SessionTarget.Fuzz, SessionTarget.Seeds),
        new("key-update", "a KeyUpdate body: the same", MessageTargets.FuzzKeyUpdate, MessageSeeds.KeyUpdates),
        new("extension", "a message (1 byte), an extension type (2), its data: the same", ExtensionTarget.Fuzz, MessageSeeds.Extensions),
    ];

    /// <summary>Finds a target.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}

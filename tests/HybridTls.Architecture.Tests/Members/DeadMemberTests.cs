using Mono.Cecil;

namespace HybridTls.Tests.Architecture;

/// <summary>What nothing in the product reaches is not kept for the tests' sake.</summary>
public sealed class DeadMemberTests
{
    /// <summary>Seams of the tests: each says what for.</summary>
    private static readonly Dictionary<string, string> Seams = new(StringComparer.Ordinal)
    {
        ["HybridTls.AspNetCore.Authentication.HybridTlsAuthenticationHandler..ctor"] = "the container makes it",
        ["HybridTls.AspNetCore.Authentication.HybridTlsAuthenticationHandler.set_Events"] = "the container makes it",
        ["HybridTls.AspNetCore.DataProtectionTicketProtector.get_IsReadingRing"] = "when a look in the background has ended",
        ["HybridTls.AspNetCore.KeyRingWatch.get_IsReading"] = "when a look in the background has ended",
        ["HybridTls.Connections.HandshakesUnderWay.get_Count"] = "that nothing is left behind",
        ["HybridTls.Connections.HttpTlsStream.get_ApplicationProtocol"] = "what a request's stream says of its connection",
        ["HybridTls.Connections.HttpTlsStream.get_Parameters"] = "what a request's stream says of its connection",
        ["HybridTls.Cryptography.Entropy.Replace"] = "fixed randomness",
        ["HybridTls.Cryptography.Entropy/Restore..ctor"] = "fixed randomness",
        ["HybridTls.Cryptography.FieldElement.AssertBelow"] = "bounds, in Debug builds",
        ["HybridTls.Cryptography.MLKemParameters.AssertBound"] = "bounds, in Debug builds",
        ["HybridTls.Cryptography.MLKemParameters.AssertRange"] = "bounds, in Debug builds",
        ["HybridTls.Cryptography.Lanes.get_Supported"] = "every width of this machine",
        ["HybridTls.Cryptography.MLDsa65.KeyGenInternal"] = "FIPS 204 algorithm 6 with a given seed",
        ["HybridTls.Cryptography.MLDsaTrace..ctor"] = "the intermediate values of published examples",
        ["HybridTls.Cryptography.MLKem768.DecapsInternal"] = "FIPS 203 algorithm 18 with an encoded key, as vectors have it",
        ["HybridTls.Cryptography.MLKemAlgorithms`2.Decaps"] = "FIPS 203 algorithm 18 with an encoded key, as vectors have it",
        ["HybridTls.Cryptography.MLKemRejection.get_LongPaths"] = "that the rare path was taken",
        ["HybridTls.Cryptography.Sha3_512.Hash"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.Cryptography.Shake128.Absorb"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.Cryptography.Shake128.Clear"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.Cryptography.Shake128.Hash"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.Cryptography.Shake128.Squeeze"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.Cryptography.Shake256.Hash"] = "the published vectors, and the oracle of many states at once",
        ["HybridTls.HybridTlsConnection.get_RentedBlocks"] = "what memory is held",
        ["HybridTls.Records.HandshakeReassembly.get_BufferSize"] = "what memory is held",
        ["HybridTls.Records.RecordReader.get_BufferedMemory"] = "what memory is held",
        ["HybridTls.Records.RecordReader.get_PendingHandshakeBytes"] = "what memory is held",
        ["HybridTls.Transport.PlaintextQueue.get_Rented"] = "what memory is held",
        ["HybridTls.Transport.PlaintextReader.get_RentedBlocks"] = "what memory is held",
        ["HybridTls.Transport.PlaintextWriter.get_RentedBlocks"] = "what memory is held",
        ["HybridTls.Transport.PooledBuffer.get_Capacity"] = "what memory is held",
        ["HybridTls.KeySchedule.SecretBlock.get_IsCleared"] = "that secrets are zeroed",
        ["HybridTls.KeySchedule.SecretBlock.get_Memory"] = "that secrets are zeroed",
        ["HybridTls.Handshake.HandshakeMachine.get_Secrets"] = "that secrets are zeroed",
        ["HybridTls.HybridTlsStream.get_Output"] = "peers that are made of our parts",
        ["HybridTls.KeySchedule.Transcript.get_Suite"] = "peers that are made of our parts",
        ["HybridTls.Messages.CertificateEntry.Begin"] = "what peers may write and we do not",
        ["HybridTls.Messages.CertificateEntry.Write"] = "what peers may write and we do not",
        ["HybridTls.Messages.SignatureAlgorithmsExtension.WriteForCertificates"] = "what peers may write and we do not",
        ["HybridTls.PeerVerdict.RefuseWith"] = "the conformance shim chooses the alert",
        ["HybridTls.Refusals.get_All"] = "the page that prints the table",
        ["HybridTls.Tool.Speed.QuickReport.Write"] = "the benchmarks",
    };

    [Fact]
    public void Something_in_src_reaches_every_member()
    {
        Reachability reachability = new(Storey.All);
        IEnumerable<string> dead = reachability.Unreached.Select(Name).Where(static name => !Seams.ContainsKey(name));
        Assert.True(!dead.Any(), string.Join('\n', dead.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_seam_is_one()
    {
        HashSet<string> unreached = [.. new Reachability(Storey.All).Unreached.Select(Name)];
        Assert.Equal("", string.Join('\n', Seams.Keys.Where(name => !unreached.Contains(name))));
    }

    private static string Name(MethodDefinition method) => $"{method.DeclaringType.FullName}.{method.Name}";
}

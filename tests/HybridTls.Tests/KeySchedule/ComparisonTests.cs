using System.Text.RegularExpressions;
using HybridTls.Handshake;
using HybridTls.Issuing;

namespace HybridTls.Tests.KeySchedule;

/// <summary>
/// How long a comparison takes must not tell where a secret, or a MAC that a peer guesses, first differs. No test can time that
/// reliably, so it is a rule for the sources.
/// </summary>
public sealed class ComparisonTests
{
    /// <summary>Files with comparisons that end at the first difference: what they compare is public.</summary>
    private static readonly string[] OfPublicValues =
    [
        "HybridTls.Cryptography/Asn1/Oids.cs",
        "HybridTls.Cryptography/KeyFormats/PemKey.cs", // labels
        "HybridTls.Cryptography/MLDsa/MLDsaVerification.cs", // the challenge of a signature, which anybody can compute
        "HybridTls.Cryptography/ManagedMLDsa.Import.cs", // public keys
        "HybridTls.Cryptography/ManagedMLKem.Import.cs", // encapsulation keys
        "HybridTls/Issuing/CertificateSigningRequest.cs",
        "HybridTls/Certificates/",
        "HybridTls/Handshake/ClientHandshake.cs", // session id, protocol
        "HybridTls/Handshake/ServerNegotiation.cs", // the two hellos
        "HybridTls/Messages/",
        "HybridTls/PeerValidation.cs", // keys and hashes of public keys
        "HybridTls/Resumption/TicketKey.cs", // a ticket's version and key name
        "HybridTls/Handshake/TicketOffer.cs", // a ticket's binding, after it was opened: a hash of public facts
    ];

    private static readonly string[] Projects = ["HybridTls", "HybridTls.Cryptography"];

    private static readonly string[] InFixedTime =
    [
        "HybridTls.Cryptography/MLDsa/MLDsaKeyGeneration.cs", // two private keys
        "HybridTls.Cryptography/ManagedMLDsa.Import.cs",
        "HybridTls.Cryptography/ManagedMLKem.Import.cs",
        "HybridTls.Cryptography/MLKem/MLKem768.cs", // the hash in a decapsulation key
        "HybridTls.Cryptography/X25519/X25519Primitive.cs", // a shared secret with zero
        "HybridTls/KeySchedule/FinishedMac.cs", // Finished and binders
    ];

    [Fact]
    [Clause("HT-HS-11")]
    public void Secrets_and_macs_are_compared_in_fixed_time()
    {
        Dictionary<string, string> sources = Sources();
        Assert.Equal(
            InFixedTime.Order(StringComparer.Ordinal),
            sources.Where(static source => FixedTime().IsMatch(source.Value)).Select(static source => source.Key).Order(StringComparer.Ordinal));
        Assert.Empty(sources
            .Where(static source => EarlyOut().IsMatch(source.Value) && !OfPublicValues.Any(path => source.Key.StartsWith(path, StringComparison.Ordinal)))
            .Select(static source => source.Key));
    }

    private static Dictionary<string, string> Sources()
    {
        string root = Repository.PathOf("src");
        return Projects
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(root, project), "*.cs", SearchOption.AllDirectories))
            .Select(path => (Path: path, Name: Path.GetRelativePath(root, path).Replace('\\', '/')))
            .Where(static source => !source.Name.Contains("/obj/", StringComparison.Ordinal) && !source.Name.Contains("/bin/", StringComparison.Ordinal))
            .ToDictionary(static source => source.Name, static source => File.ReadAllText(source.Path));
    }

    private static Regex FixedTime() => new(@"CryptographicOperations\.FixedTimeEquals\(");

    private static Regex EarlyOut() => new(@"\b(SequenceEqual|SequenceCompareTo|CommonPrefixLength)\(");
}

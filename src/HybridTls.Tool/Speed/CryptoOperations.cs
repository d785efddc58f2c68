using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tool.Speed;

/// <summary>The crypto core's operations, through the public face that an application uses.</summary>
internal static class CryptoOperations
{
    /// <summary>
    /// The messages that signing is timed over. CCTV's set, where the shared vectors are at hand, needs a representative number of
    /// rejections; elsewhere as many messages of our own, whose mean scatters a little more.
    /// </summary>
    private static IReadOnlyList<byte[]> Messages { get; } = LoadMessages();

    /// <summary>ML-KEM-768, ML-DSA-65, X25519, the hybrid and Keccak.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("mlkem768.keygen", () => () => ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768).Dispose()),
        new("mlkem768.encaps", PrepareEncapsulate),
        new("mlkem768.decaps", PrepareDecapsulate),
        new("mldsa65.keygen", () => () => ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65).Dispose()),
        new("mldsa65.sign", PrepareSign, Messages.Count),
        new("mldsa65.verify", PrepareVerify),
        new("mldsa65.verify.again", PrepareVerifyAgain),
        new("x25519.base", PrepareFixedBase),
        new("x25519.agree", PrepareAgree),
        new("x25519mlkem768.client-share", PrepareClientShare),
        new("x25519mlkem768.respond", PrepareRespond),
        new("x25519mlkem768.finish", PrepareFinish),
        .. ((int[])[1, 2, 4, 8]).Where(CanPermute).Select(count => new Operation($"keccak.f1600.x{count}", () => PreparePermute(count))),
    ];

    private static Action PrepareEncapsulate()
    {
        ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        ManagedMLKem peer = ManagedMLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, key.ExportEncapsulationKey());
        byte[] ciphertext = new byte[MLKemAlgorithm.MLKem768.CiphertextSizeInBytes];
        byte[] secret = new byte[MLKemAlgorithm.MLKem768.SharedSecretSizeInBytes];
        return () => peer.Encapsulate(ciphertext, secret);
    }

    private static Action PrepareDecapsulate()
    {
        ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        key.Encapsulate(out byte[] ciphertext, out byte[] secret);
        return () => key.Decapsulate(ciphertext, secret);
    }

    private static Action PrepareSign()
    {
        ManagedMLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, new byte[32]);
        byte[] signature = new byte[MLDsaAlgorithm.MLDsa65.SignatureSizeInBytes];
        return () =>
        {
            foreach (byte[] message in Messages)
            {
                key.SignDataDeterministic(message, signature);
            }
        };
    }

    /// <summary>A peer's key is used once in a handshake: nothing is kept between verifications.</summary>
    private static Action PrepareVerify()
    {
        ManagedMLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, new byte[32]);
        byte[] signature = key.SignData(Messages[0]);
        byte[] publicKey = key.ExportMLDsaPublicKey();
        return () =>
        {
            Span<byte> tr = stackalloc byte[MLDsa65.TrSize], mu = stackalloc byte[MLDsa65.MuSize];
            MLDsa65.ComputeTr(publicKey, tr);
            MLDsa65.ComputeMu(tr, Messages[0], [], mu);
            if (!MLDsa65.Verify(publicKey, mu, signature))
                throw new InvalidOperationException("The signature does not verify.");
        };
    }

    /// <summary>A key that verifies again and again keeps its matrix: an authority's, or that of a peer that comes again.</summary>
    private static Action PrepareVerifyAgain()
    {
        ManagedMLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, new byte[32]);
        byte[] signature = key.SignData(Messages[0]);
        ManagedMLDsa peer = ManagedMLDsa.ImportMLDsaPublicKey(MLDsaAlgorithm.MLDsa65, key.ExportMLDsaPublicKey());
        return () =>
        {
            if (!peer.VerifyData(Messages[0], signature))
                throw new InvalidOperationException("The signature does not verify.");
        };
    }

    private static Action PrepareFixedBase()
    {
        byte[] privateKey = RandomNumberGenerator.GetBytes(32), publicKey = new byte[32];
        return () => X25519.DerivePublicKey(privateKey, publicKey);
    }

    private static Action PrepareAgree()
    {
        byte[] privateKey = RandomNumberGenerator.GetBytes(32), peer = new byte[32], secret = new byte[32];
        X25519.DerivePublicKey(RandomNumberGenerator.GetBytes(32), peer);
        return () => X25519.DeriveSharedSecret(privateKey, peer, secret);
    }

    private static Action PrepareClientShare()
    {
        byte[] share = new byte[X25519MLKem768.ClientShareSizeInBytes];
        return () =>
        {
            using X25519MLKem768 client = X25519MLKem768.Generate();
            client.ExportClientShare(share);
        };
    }

    private static Action PrepareRespond()
    {
        byte[] clientShare = new byte[X25519MLKem768.ClientShareSizeInBytes];
        byte[] serverShare = new byte[X25519MLKem768.ServerShareSizeInBytes];
        byte[] secret = new byte[X25519MLKem768.SharedSecretSizeInBytes];
        using X25519MLKem768 client = X25519MLKem768.Generate();
        client.ExportClientShare(clientShare);
        return () => X25519MLKem768.Respond(clientShare, serverShare, secret);
    }

    private static Action PrepareFinish()
    {
        byte[] clientShare = new byte[X25519MLKem768.ClientShareSizeInBytes];
        byte[] serverShare = new byte[X25519MLKem768.ServerShareSizeInBytes];
        byte[] secret = new byte[X25519MLKem768.SharedSecretSizeInBytes];
        X25519MLKem768 client = X25519MLKem768.Generate();
        client.ExportClientShare(clientShare);
        X25519MLKem768.Respond(clientShare, serverShare, secret);
        return () => client.Agree(serverShare, secret);
    }

    // The name says how many states one call permutes: always all of them in one vector, whatever back end the table is for.
    private static bool CanPermute(int count) => Lanes.IsSupported((LaneWidth)(64 * count));

    private static Action PreparePermute(int count)
    {
        ulong[] states = new ulong[KeccakState.Words * count];
        KeccakBackEnd lanes = KeccakBackEnd.Of((LaneWidth)(64 * count));
        return () => lanes.Permute(states);
    }

    private static IReadOnlyList<byte[]> LoadMessages()
    {
        const string FileName = "mldsa_65_benchmark_messages.json";
        string? folder = Environment.GetEnvironmentVariable("HYBRIDTLS_VECTORS");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); folder is null && at is not null; at = at.Parent)
        {
            string beside = Path.Combine(at.FullName, "shared", "vectors");
            folder = Directory.Exists(beside) ? beside : null;
        }

        if (folder is not null && File.Exists(Path.Combine(folder, FileName)))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, FileName)));
            return [.. document.RootElement.EnumerateArray().Select(message => Encoding.UTF8.GetBytes(message.GetString()!))];
        }

        return [.. Enumerable.Range(0, 147).Select(i => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"message {i}")))];
    }
}

using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>
/// The second phase of the key schedule (RFC 9846 §7.1), from ServerHello to the client's Finished: the handshake traffic secrets, and
/// the master secret, from which the next phases come.
/// </summary>
internal sealed class HandshakeSecrets
{
    private readonly SecretBlock _block;
    private readonly KeyLog? _keyLog;
    private bool _finished;

    /// <summary>Mixes the key agreement in.</summary>
    /// <param name="suite">The negotiated suite.</param>
    /// <param name="block">The connection's secrets.</param>
    /// <param name="early">The secret of the PSK that was chosen, which ends here; null without one.</param>
    /// <param name="sharedSecret">The secret of the key agreement, 64 bytes for X25519MLKEM768; the caller clears it.</param>
    /// <param name="helloHash">The transcript up to ServerHello.</param>
    /// <param name="keyLog">Where secrets are logged, when the host asked for it.</param>
    public HandshakeSecrets(
        CipherSuiteParameters suite, SecretBlock block, EarlySecret? early, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> helloHash,
        KeyLog? keyLog = null) // HT-KEY-1
    {
        CheckHash(suite, helloHash);
        Suite = suite;
        _block = block;
        _keyLog = keyLog;
        Span<byte> salt = stackalloc byte[suite.HashSize];
        Span<byte> handshakeSecret = stackalloc byte[suite.HashSize];
        if (early is null)
            suite.DerivedWithoutPsk.CopyTo(salt);
        else
            early.DeriveSalt(salt);
        early?.Dispose();
        HKDF.Extract(suite.Hash, sharedSecret, salt, handshakeSecret);

        using (HkdfExpander handshake = new(suite.Hash, handshakeSecret))
        {
            Client = new TrafficSecret(suite, block, SecretSlot.ClientHandshake, handshake, HkdfLabel.ClientHandshakeTraffic, helloHash);
            Server = new TrafficSecret(suite, block, SecretSlot.ServerHandshake, handshake, HkdfLabel.ServerHandshakeTraffic, helloHash);

            // The master secret depends on nothing that follows, so the handshake secret need not outlive this call.
            handshake.Expand(HkdfLabel.Derived, suite.EmptyHash, salt);
        }

        CryptographicOperations.ZeroMemory(handshakeSecret);
        HKDF.Extract(suite.Hash, suite.Zeros, salt, block.Secret(SecretSlot.Current, suite));
        CryptographicOperations.ZeroMemory(salt);
        keyLog?.Write(KeyLog.ClientHandshakeTraffic, Client.Value);
        keyLog?.Write(KeyLog.ServerHandshakeTraffic, Server.Value);
        GC.KeepAlive(block);
    }

    /// <summary>The suite.</summary>
    public CipherSuiteParameters Suite { get; }

    /// <summary>client_handshake_traffic_secret.</summary>
    public TrafficSecret Client { get; }

    /// <summary>server_handshake_traffic_secret.</summary>
    public TrafficSecret Server { get; }

    /// <summary>The secret under which <paramref name="sender"/> sends.</summary>
    public TrafficSecret Of(PeerRole sender) => sender == PeerRole.Server ? Server : Client;

    /// <summary>Derives the secrets of the application phase.</summary>
    /// <param name="serverFinishedHash">The transcript up to the server's Finished.</param>
    public ApplicationSecrets StartApplication(ReadOnlySpan<byte> serverFinishedHash)
    {
        CheckHash(Suite, serverFinishedHash);
        ApplicationSecrets secrets = new(Suite, _block, Master, serverFinishedHash, _keyLog);
        GC.KeepAlive(_block);
        return secrets;
    }

    /// <summary>Ends this phase: zeroes the master and handshake secrets.</summary>
    /// <param name="clientFinishedHash">The transcript up to the client's Finished; empty when nothing will be resumed.</param>
    /// <returns>The secret of tickets; null if nothing will be resumed.</returns>
    public ResumptionSecret? Finish(ReadOnlySpan<byte> clientFinishedHash)
    {
        ResumptionSecret? resumption = null;
        if (!clientFinishedHash.IsEmpty)
        {
            CheckHash(Suite, clientFinishedHash);
            resumption = new ResumptionSecret(Suite, _block, Master, clientFinishedHash);
        }

        _finished = true;
        _block.Clear(SecretSlot.Current); // HT-KEY-6
        Client.Dispose();
        Server.Dispose();
        return resumption;
    }

    private ReadOnlySpan<byte> Master
    {
        get
        {
            ObjectDisposedException.ThrowIf(_finished, this);
            return _block.Secret(SecretSlot.Current, Suite);
        }
    }

    private static void CheckHash(CipherSuiteParameters suite, ReadOnlySpan<byte> transcriptHash) =>
        ArgumentOutOfRangeException.ThrowIfNotEqual(transcriptHash.Length, suite.HashSize, nameof(transcriptHash));
}

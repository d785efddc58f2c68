using HybridTls.KeySchedule;

namespace HybridTls.Tests.KeySchedule;

/// <summary>The phases of a key schedule by one name, for tests that walk through all of them.</summary>
internal sealed class SecretSchedule(CipherSuiteParameters suite, KeyLog? keyLog = null) : IDisposable
{
    public SecretBlock Block { get; } = new();

    public EarlySecret? Early { get; private set; }

    public HandshakeSecrets Handshake { get; private set; } = null!;

    public ApplicationSecrets Application { get; private set; } = null!;

    public ResumptionSecret? Resumption { get; private set; }

    public TrafficSecret ClientHandshake => Handshake.Client;

    public TrafficSecret ServerHandshake => Handshake.Server;

    public TrafficSecret ClientApplication => Application.Client;

    public TrafficSecret ServerApplication => Application.Server;

    public EarlySecret StartEarly(ReadOnlySpan<byte> psk) => Early = new EarlySecret(suite, Block, psk);

    /// <summary>Goes on as without a PSK.</summary>
    public void Forget() => Early = null;

    public void StartHandshake(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> helloHash) =>
        Handshake = new HandshakeSecrets(suite, Block, Early, sharedSecret, helloHash, keyLog);

    public void StartApplication(ReadOnlySpan<byte> serverFinishedHash) => Application = Handshake.StartApplication(serverFinishedHash);

    public void FinishHandshake(ReadOnlySpan<byte> clientFinishedHash) => Resumption = Handshake.Finish(clientFinishedHash);

    /// <summary>What lies in one place, as long as the suite's hash.</summary>
    public ReadOnlySpan<byte> Slot(SecretSlot slot) => Block.Secret(slot, suite);

    public void Dispose() => Block.Dispose();
}

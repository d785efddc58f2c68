using System.Security.Cryptography;
using System.Text;

namespace HybridTls.KeySchedule;

/// <summary>The key schedule of one connection (RFC 9846 §7.1): it owns every secret, derives them in order, and zeroes them.</summary>
/// <remarks>
/// Without a PSK: <see cref="StartHandshake"/>, <see cref="StartApplication"/>, <see cref="FinishHandshake"/>. With one,
/// <see cref="StartEarly"/> before. A secret used before its time throws <see cref="InvalidOperationException"/>.
/// </remarks>
internal sealed class SecretSchedule : IDisposable
{
    private const int CurrentSlot = 0;
    private const int ExporterSlot = 1;
    private const int ResumptionSlot = 2;
    private const int TrafficSlots = 3;

    private readonly SecretBlock _block = new(TrafficSlots + 4);
    private readonly KeyLog? _keyLog;
    private Stage _stage;
    private bool _hasExporter;
    private bool _hasResumption;

    /// <summary>Starts a schedule.</summary>
    /// <param name="suite">The negotiated suite; for early secrets, the suite of the PSK.</param>
    /// <param name="keyLog">Where secrets are logged, when the host asked for it.</param>
    public SecretSchedule(CipherSuiteParameters suite, KeyLog? keyLog = null)
    {
        Suite = suite;
        _keyLog = keyLog;
        ClientHandshake = new TrafficSecret(suite, _block, TrafficSlots);
        ServerHandshake = new TrafficSecret(suite, _block, TrafficSlots + 1);
        ClientApplication = new TrafficSecret(suite, _block, TrafficSlots + 2);
        ServerApplication = new TrafficSecret(suite, _block, TrafficSlots + 3);
    }

    private enum Stage
    {
        Start,
        Early,
        Master,
        Application,
        Finished,
        Disposed,
    }

    /// <summary>The suite.</summary>
    public CipherSuiteParameters Suite { get; }

    /// <summary>The most bytes that an exporter gives: 255 hashes, as HKDF-Expand has it.</summary>
    public int MaxExportedLength => 255 * Suite.HashSize;

    /// <summary>client_handshake_traffic_secret, after <see cref="StartHandshake"/>.</summary>
    public TrafficSecret ClientHandshake { get; }

    /// <summary>server_handshake_traffic_secret, after <see cref="StartHandshake"/>.</summary>
    public TrafficSecret ServerHandshake { get; }

    /// <summary>client_application_traffic_secret_N, after <see cref="StartApplication"/>.</summary>
    public TrafficSecret ClientApplication { get; }

    /// <summary>server_application_traffic_secret_N, after <see cref="StartApplication"/>.</summary>
    public TrafficSecret ServerApplication { get; }

    /// <summary>The block, for the test that scans it.</summary>
    internal SecretBlock Block => _block;

    /// <summary>The early, later the master secret; for tests.</summary>
    internal ReadOnlySpan<byte> Current => Slot(CurrentSlot);

    /// <summary>Extracts the early secret from a PSK. May be repeated, with another PSK, until the handshake secret exists.</summary>
    /// <param name="psk">The PSK; its hash must be the suite's.</param>
    public void StartEarly(ReadOnlySpan<byte> psk)
    {
        ThrowUnless(_stage is Stage.Start or Stage.Early);
        HKDF.Extract(Suite.Hash, psk, Suite.Zeros, Slot(CurrentSlot));
        _stage = Stage.Early;
    }

    /// <summary>Forgets the PSK, which the server did not choose: the schedule continues as one without.</summary>
    public void AbandonPsk()
    {
        ThrowUnless(_stage is Stage.Start or Stage.Early);
        _block.Clear(CurrentSlot);
        _stage = Stage.Start;
    }

    /// <summary>Writes a PSK binder (§4.3.11.2).</summary>
    /// <param name="resumption">Whether the PSK comes from a ticket (or else from outside).</param>
    /// <param name="transcriptHash">The hash up to the ClientHello truncated before its binders (<see cref="Transcript.GetHashWith"/>).</param>
    /// <param name="binder">As long as the hash.</param>
    public void ComputeBinder(bool resumption, ReadOnlySpan<byte> transcriptHash, Span<byte> binder)
    {
        Span<byte> binderKey = stackalloc byte[Suite.HashSize];
        DeriveBinderKey(resumption, binderKey);
        FinishedMac.Compute(Suite, binderKey, transcriptHash, binder);
        CryptographicOperations.ZeroMemory(binderKey);
    }

    /// <summary>Compares a received PSK binder in fixed time.</summary>
    public bool VerifyBinder(bool resumption, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> binder)
    {
        Span<byte> binderKey = stackalloc byte[Suite.HashSize];
        DeriveBinderKey(resumption, binderKey);
        bool equal = FinishedMac.Verify(Suite, binderKey, transcriptHash, binder);
        CryptographicOperations.ZeroMemory(binderKey);
        return equal;
    }

    /// <summary>Mixes the key agreement in: <see cref="ClientHandshake"/> and <see cref="ServerHandshake"/> exist from now on.</summary>
    /// <param name="sharedSecret">The secret of the key agreement, 64 bytes for X25519MLKEM768; the caller clears it.</param>
    /// <param name="helloHash">The transcript up to ServerHello.</param>
    public void StartHandshake(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> helloHash) // HT-KEY-1
    {
        ThrowUnless(_stage is Stage.Start or Stage.Early);
        CheckHash(helloHash);
        Span<byte> salt = stackalloc byte[Suite.HashSize];
        Span<byte> handshakeSecret = stackalloc byte[Suite.HashSize];
        if (_stage == Stage.Start)
            Suite.DerivedWithoutPsk.CopyTo(salt);
        else
            HkdfLabel.Expand(Suite.Hash, Current, HkdfLabel.Derived, Suite.EmptyHash, salt);
        HKDF.Extract(Suite.Hash, sharedSecret, salt, handshakeSecret);

        using (HkdfExpander handshake = new(Suite.Hash, handshakeSecret))
        {
            ClientHandshake.Derive(handshake, HkdfLabel.ClientHandshakeTraffic, helloHash);
            ServerHandshake.Derive(handshake, HkdfLabel.ServerHandshakeTraffic, helloHash);

            // The master secret depends on nothing that follows, so the handshake secret need not outlive this call.
            handshake.Expand(HkdfLabel.Derived, Suite.EmptyHash, salt);
        }

        CryptographicOperations.ZeroMemory(handshakeSecret);
        HKDF.Extract(Suite.Hash, Suite.Zeros, salt, Slot(CurrentSlot));
        CryptographicOperations.ZeroMemory(salt);
        _stage = Stage.Master;

        _keyLog?.Write(KeyLog.ClientHandshakeTraffic, ClientHandshake.Value);
        _keyLog?.Write(KeyLog.ServerHandshakeTraffic, ServerHandshake.Value);
    }

    /// <summary>Derives <see cref="ClientApplication"/>, <see cref="ServerApplication"/> and the exporter's secret.</summary>
    /// <param name="serverFinishedHash">The transcript up to the server's Finished.</param>
    public void StartApplication(ReadOnlySpan<byte> serverFinishedHash)
    {
        ThrowUnless(_stage == Stage.Master);
        CheckHash(serverFinishedHash);
        using HkdfExpander master = new(Suite.Hash, Current);
        ClientApplication.Derive(master, HkdfLabel.ClientApplicationTraffic, serverFinishedHash);
        ServerApplication.Derive(master, HkdfLabel.ServerApplicationTraffic, serverFinishedHash);
        master.Expand(HkdfLabel.ExporterMaster, serverFinishedHash, Slot(ExporterSlot));
        _hasExporter = true;
        _stage = Stage.Application;

        _keyLog?.Write(KeyLog.ClientApplicationTraffic, ClientApplication.Value);
        _keyLog?.Write(KeyLog.ServerApplicationTraffic, ServerApplication.Value);
        _keyLog?.Write(KeyLog.Exporter, Slot(ExporterSlot)); // HT-KEY-9
    }

    /// <summary>Ends the schedule: derives the resumption secret and zeroes the master, handshake and early secrets.</summary>
    /// <param name="clientFinishedHash">The transcript up to the client's Finished; empty when nothing will be resumed.</param>
    public void FinishHandshake(ReadOnlySpan<byte> clientFinishedHash)
    {
        ThrowUnless(_stage == Stage.Application);
        if (!clientFinishedHash.IsEmpty)
        {
            CheckHash(clientFinishedHash);
            HkdfLabel.Expand(Suite.Hash, Current, HkdfLabel.ResumptionMaster, clientFinishedHash, Slot(ResumptionSlot));
            _hasResumption = true;
        }

        _block.Clear(CurrentSlot); // HT-KEY-6
        ClientHandshake.Dispose();
        ServerHandshake.Dispose();
        _stage = Stage.Finished;
    }

    /// <summary>Derives the PSK of one ticket (§4.7.1).</summary>
    /// <param name="ticketNonce">At most 255 bytes.</param>
    /// <param name="psk">As long as the hash; the caller owns and clears it.</param>
    public void DeriveResumptionPsk(ReadOnlySpan<byte> ticketNonce, Span<byte> psk)
    {
        ThrowUnless(_hasResumption);
        ArgumentOutOfRangeException.ThrowIfNotEqual(psk.Length, Suite.HashSize, nameof(psk));
        HkdfLabel.Expand(Suite.Hash, Slot(ResumptionSlot), HkdfLabel.Resumption, ticketNonce, psk);
        GC.KeepAlive(_block);
    }

    /// <summary>Zeroes the resumption secret: no further ticket will be made.</summary>
    public void ForgetResumption()
    {
        _block.Clear(ResumptionSlot);
        _hasResumption = false;
    }

    /// <summary>TLS-Exporter (§7.5).</summary>
    /// <param name="label">At most 249 bytes.</param>
    /// <param name="context">Any length; an absent context equals an empty one.</param>
    /// <param name="output">At most 255 hashes.</param>
    public void Export(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        ThrowUnless(_hasExporter); // HT-KEY-10
        Expand(ExporterSlot, label, context, output);
    }

    /// <summary>TLS-Exporter with a label as text.</summary>
    /// <exception cref="ArgumentException">The label is not ASCII, or the length of label or output is out of range.</exception>
    public void Export(string label, ReadOnlySpan<byte> context, Span<byte> output) // HT-KEY-4
    {
        if (!Ascii.IsValid(label) || label.Length is 0 or > HkdfLabel.MaxLabelSize)
            throw new ArgumentException($"An exporter label is ASCII, 1 to {HkdfLabel.MaxLabelSize} characters.", nameof(label));
        if (output.IsEmpty || output.Length > MaxExportedLength)
            throw new ArgumentException($"An exporter gives 1 to {MaxExportedLength} bytes with this cipher suite.", nameof(output));
        Export(Encoding.ASCII.GetBytes(label), context, output);
    }

    /// <summary>Zeroes every secret of the connection.</summary>
    public void Dispose()
    {
        _stage = Stage.Disposed;
        _hasExporter = _hasResumption = false;
        ClientHandshake.Dispose();
        ServerHandshake.Dispose();
        ClientApplication.Dispose();
        ServerApplication.Dispose();
        _block.Dispose();
    }

    private void Expand(int slot, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Span<byte> contextHash = stackalloc byte[Suite.HashSize];
        Span<byte> derived = stackalloc byte[Suite.HashSize];
        CryptographicOperations.HashData(Suite.Hash, context, contextHash);
        HkdfLabel.Expand(Suite.Hash, Slot(slot), label, Suite.EmptyHash, derived);
        HkdfLabel.Expand(Suite.Hash, derived, HkdfLabel.Exporter, contextHash, output);
        CryptographicOperations.ZeroMemory(derived);
        GC.KeepAlive(_block);
    }

    private void DeriveBinderKey(bool resumption, Span<byte> binderKey)
    {
        ThrowUnless(_stage == Stage.Early);
        HkdfLabel.Expand(
            Suite.Hash, Current, resumption ? HkdfLabel.ResumptionBinder : HkdfLabel.ExternalBinder, Suite.EmptyHash, binderKey);
        GC.KeepAlive(_block);
    }

    private Span<byte> Slot(int slot) => _block.Slot(slot)[..Suite.HashSize];

    private void CheckHash(ReadOnlySpan<byte> transcriptHash) =>
        ArgumentOutOfRangeException.ThrowIfNotEqual(transcriptHash.Length, Suite.HashSize, nameof(transcriptHash));

    private void ThrowUnless(bool inOrder) // HT-KEY-3
    {
        ObjectDisposedException.ThrowIf(_stage == Stage.Disposed, this);
        if (!inOrder)
            throw new InvalidOperationException("The key schedule is not at the stage that this needs.");
    }
}

using System.Security.Cryptography;
using System.Text;

namespace HybridTls.KeySchedule;

/// <summary>
/// The third phase of the key schedule (RFC 9846 §7.1), from the server's Finished to the end of the connection: the application traffic
/// secrets and the exporter's.
/// </summary>
internal sealed class ApplicationSecrets
{
    private readonly CipherSuiteParameters _suite;
    private readonly SecretBlock _block;

    /// <summary>Derives them from the master secret.</summary>
    public ApplicationSecrets(
        CipherSuiteParameters suite, SecretBlock block, ReadOnlySpan<byte> master, ReadOnlySpan<byte> serverFinishedHash, KeyLog? keyLog)
    {
        _suite = suite;
        _block = block;
        using HkdfExpander expander = new(suite.Hash, master);
        Client = new TrafficSecret(suite, block, SecretSlot.ClientApplication, expander, HkdfLabel.ClientApplicationTraffic, serverFinishedHash);
        Server = new TrafficSecret(suite, block, SecretSlot.ServerApplication, expander, HkdfLabel.ServerApplicationTraffic, serverFinishedHash);
        expander.Expand(HkdfLabel.ExporterMaster, serverFinishedHash, Exporter);

        keyLog?.Write(KeyLog.ClientApplicationTraffic, Client.Value);
        keyLog?.Write(KeyLog.ServerApplicationTraffic, Server.Value);
        keyLog?.Write(KeyLog.Exporter, Exporter); // HT-KEY-9
        GC.KeepAlive(block);
    }

    /// <summary>client_application_traffic_secret_N.</summary>
    public TrafficSecret Client { get; }

    /// <summary>server_application_traffic_secret_N.</summary>
    public TrafficSecret Server { get; }

    /// <summary>The most bytes that an exporter gives: 255 hashes, as HKDF-Expand has it.</summary>
    public int MaxExportedLength => 255 * _suite.HashSize;

    /// <summary>The secret under which <paramref name="sender"/> sends.</summary>
    public TrafficSecret Of(PeerRole sender) => sender == PeerRole.Server ? Server : Client;

    /// <summary>TLS-Exporter (§7.5): of a secret that no update changes.</summary>
    /// <param name="label">At most 249 bytes.</param>
    /// <param name="context">Any length; an absent context equals an empty one.</param>
    /// <param name="output">At most 255 hashes.</param>
    public void Export(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Span<byte> contextHash = stackalloc byte[_suite.HashSize];
        Span<byte> derived = stackalloc byte[_suite.HashSize];
        CryptographicOperations.HashData(_suite.Hash, context, contextHash);
        HkdfLabel.Expand(_suite.Hash, Exporter, label, _suite.EmptyHash, derived); // HT-KEY-10
        HkdfLabel.Expand(_suite.Hash, derived, HkdfLabel.Exporter, contextHash, output);
        CryptographicOperations.ZeroMemory(derived);
        GC.KeepAlive(_block);
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

    private Span<byte> Exporter => _block.Secret(SecretSlot.Exporter, _suite);
}

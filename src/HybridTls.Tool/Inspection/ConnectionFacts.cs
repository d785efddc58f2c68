using HybridTls.KeySchedule;

namespace HybridTls.Tool.Inspection;

/// <summary>What both sides of a capture tell each other in the clear, and the log that opens the rest.</summary>
internal sealed class ConnectionFacts(KeyLogFile? keyLog)
{
    /// <summary>The key log, if there is one.</summary>
    public KeyLogFile? KeyLog { get; } = keyLog;

    /// <summary>The random of the ClientHello, by which the log names a connection.</summary>
    public byte[]? ClientRandom { get; set; }

    /// <summary>The suite of the ServerHello.</summary>
    public CipherSuiteParameters? Suite { get; set; }
}

using HybridTls.KeySchedule;

namespace HybridTls.Handshake;

/// <summary>What a connection has from the end of its handshake on.</summary>
internal sealed class Established(NegotiatedParameters parameters, ApplicationSecrets secrets, KeyUpdates keyUpdates)
{
    /// <summary>What was agreed on.</summary>
    public NegotiatedParameters Parameters => parameters;

    /// <summary>The traffic and exporter secrets.</summary>
    public ApplicationSecrets Secrets => secrets;

    /// <summary>The rules for renewing keys.</summary>
    public KeyUpdates KeyUpdates => keyUpdates;
}

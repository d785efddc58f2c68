namespace HybridTls.Channels;

/// <summary>
/// The right to write records and to flush them: one at a time has it, and while it lasts the secrets are not freed. Disposing gives it
/// back.
/// </summary>
internal readonly struct WriteTurn(SecureChannel channel) : IDisposable
{
    /// <summary>Gives the turn back.</summary>
    public void Dispose() => channel?.ExitWrite();
}

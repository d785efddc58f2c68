namespace HybridTls.Messages;

/// <summary>An open handshake message whose last field, a vector, is open too; disposing it closes both.</summary>
internal readonly ref struct MessageScope
{
    private readonly LengthScope _message;
    private readonly LengthScope _vector;

    internal MessageScope(LengthScope message, LengthScope vector)
    {
        _message = message;
        _vector = vector;
    }

    /// <summary>Closes the vector, then the message.</summary>
    public void Dispose()
    {
        _vector.Dispose();
        _message.Dispose();
    }
}

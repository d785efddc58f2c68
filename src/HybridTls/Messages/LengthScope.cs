namespace HybridTls.Messages;

/// <summary>An open vector of a <see cref="TlsWriter"/>; disposing it writes the vector's length. Scopes nest.</summary>
internal readonly ref struct LengthScope
{
    private readonly TlsWriter _writer;
    private readonly int _start;
    private readonly int _width;

    internal LengthScope(TlsWriter writer, int start, int width)
    {
        _writer = writer;
        _start = start;
        _width = width;
    }

    /// <summary>Closes the vector.</summary>
    public void Dispose() => _writer.Close(_start, _width);
}

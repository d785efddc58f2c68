using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The blocks of a PEM text (RFC 7468), one after another; what lies between them is passed over.</summary>
/// <param name="text">The text.</param>
internal ref struct PemBlocks(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>The block that was found last.</summary>
    public PemBlock Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly PemBlocks GetEnumerator() => this;

    /// <summary>Finds the next block.</summary>
    public bool MoveNext()
    {
        if (!PemEncoding.TryFind(_rest, out PemFields fields))
            return false;
        Current = new PemBlock(_rest, fields);
        _rest = _rest[fields.Location.End..];
        return true;
    }
}

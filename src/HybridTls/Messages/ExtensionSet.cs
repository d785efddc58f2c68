using System.Numerics;

namespace HybridTls.Messages;

/// <summary>A set of extension types in one word: what was offered, what came back.</summary>
/// <remarks>Code points below 64 have a bit each, which covers all of <see cref="ExtensionType"/>; any other only sets a flag.</remarks>
internal readonly struct ExtensionSet : IEquatable<ExtensionSet>
{
    private readonly ulong _types;

    private ExtensionSet(ulong types, bool hasOthers)
    {
        _types = types;
        HasOthers = hasOthers;
    }

    /// <summary>Whether a type of 64 or more was added, which this profile does not recognise.</summary>
    public bool HasOthers { get; }

    /// <summary>Makes a set of types.</summary>
    public static ExtensionSet Of(params ReadOnlySpan<ExtensionType> types)
    {
        ExtensionSet set = default;
        foreach (ExtensionType type in types)
            set = set.With(type);
        return set;
    }

    /// <summary>Whether <paramref name="type"/>, one of those below 64, is in the set.</summary>
    public bool Contains(ExtensionType type) => (ushort)type < 64 && (_types >> (int)type & 1) != 0;

    /// <summary>The set with <paramref name="type"/> added.</summary>
    public ExtensionSet With(ExtensionType type) => (ushort)type < 64 ? new(_types | 1UL << (int)type, HasOthers) : new(_types, true);

    /// <summary>Whether every type of this set is in <paramref name="other"/>; types of 64 or more never are.</summary>
    public bool IsSubsetOf(ExtensionSet other) => (_types & ~other._types) == 0 && !HasOthers;

    /// <summary>What is in this set and not in <paramref name="other"/>, of the types below 64.</summary>
    public ExtensionSet Except(ExtensionSet other) => new(_types & ~other._types, hasOthers: false);

    /// <summary>What is in both sets, of the types below 64.</summary>
    public ExtensionSet Intersect(ExtensionSet other) => new(_types & other._types, hasOthers: false);

    /// <summary>The lowest type below 64, or null if there is none.</summary>
    public ExtensionType? Lowest => _types == 0 ? null : (ExtensionType)BitOperations.TrailingZeroCount(_types);

    /// <summary>Refuses a response to what was not asked for (RFC 9846 §4.3).</summary>
    /// <param name="offered">The extensions of the request; for a HelloRetryRequest, with cookie added.</param>
    /// <param name="message">The name of the response, for the failure.</param>
    /// <exception cref="HybridTlsException">An extension was not offered (unsupported_extension).</exception>
    public void ThrowIfUnsolicited(ExtensionSet offered, string message)
    {
        if (IsSubsetOf(offered))
            return;
        string which = Except(offered).Lowest is { } unsolicited ? unsolicited.ToString() : "of an unknown type";
        TlsError.Throw(FailureReason.UnsolicitedExtension, message, which);
    }

    /// <inheritdoc/>
    public bool Equals(ExtensionSet other) => _types == other._types && HasOthers == other.HasOthers;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ExtensionSet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_types, HasOthers);
}

using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Reads the AlgorithmIdentifier (RFC 5280 §4.1.1.2) of a key.</summary>
internal static class AlgorithmIdentifier
{
    /// <summary>Reads past an AlgorithmIdentifier that must name <paramref name="format"/>'s algorithm, with absent parameters.</summary>
    /// <exception cref="NotSupportedException">It names another parameter set of the same algorithm.</exception>
    /// <exception cref="CryptographicException">It names another algorithm, or has parameters.</exception>
    /// <exception cref="System.Formats.Asn1.AsnContentException">It is none.</exception>
    public static void Expect(KeyFormat format, ref Asn1Reader cursor)
    {
        Asn1Reader identifier = cursor.ReadSequence();
        string oid = identifier.ReadDottedOid();
        if (oid != format.Oid)
        {
            throw format.SiblingOids.Contains(oid)
                ? format.OtherParameterSet($"A key with the algorithm identifier {oid}")
                : new CryptographicException($"The key is for the algorithm {oid}, not for {format.Name} ({format.Oid}).");
        }

        // RFC 9881 §2 and RFC 9935 §3: the parameters must be absent, not even NULL.
        if (identifier.HasData)
            throw new CryptographicException($"The algorithm identifier of an {format.Name} key must have no parameters.");
    }
}

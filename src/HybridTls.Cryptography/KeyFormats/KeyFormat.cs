using System.Formats.Asn1;

namespace HybridTls.Cryptography;

/// <summary>What the formats of RFC 9881 (ML-DSA) and RFC 9935 (ML-KEM) need to know of the parameter set whose keys they hold.</summary>
/// <param name="Name">The parameter set's name.</param>
/// <param name="Oid">The object identifier in AlgorithmIdentifiers; its parameters are absent.</param>
/// <param name="SiblingOids">The identifiers of the other parameter sets, which are told apart from foreign algorithms.</param>
/// <param name="SeedSize">The size of the private seed in bytes.</param>
/// <param name="ExpandedKeySize">The size of the expanded private key in bytes.</param>
/// <param name="PublicKeySize">The size of the public key in bytes.</param>
internal sealed record KeyFormat(
    string Name, string Oid, string[] SiblingOids, int SeedSize, int ExpandedKeySize, int PublicKeySize)
{
    /// <summary>RFC 9935.</summary>
    public static KeyFormat MLKem768 { get; } = new(
        "ML-KEM-768", Oids.MLKem768Dotted, [Oids.MLKem512Dotted, Oids.MLKem1024Dotted], 64, 2400, 1184);

    /// <summary>RFC 9881.</summary>
    public static KeyFormat MLDsa65 { get; } = new(
        "ML-DSA-65", Oids.MLDsa65Dotted, [Oids.MLDsa44Dotted, Oids.MLDsa87Dotted], 32, 4032, 1952);

    /// <summary>
    /// What precedes the key's bytes in a SubjectPublicKeyInfo: SEQUENCE { SEQUENCE { OID } -- no parameters --, BIT STRING { 0 unused
    /// bits, key } }. DER leaves no choice, so these 22 bytes and the length are the whole check.
    /// </summary>
    public byte[] PublicKeyPrefix { get; } = WritePublicKeyPrefix(Oid, PublicKeySize);

    /// <summary>The size of a SubjectPublicKeyInfo in bytes.</summary>
    public int PublicKeyInfoSize => PublicKeyPrefix.Length + PublicKeySize;

    /// <summary>Refuses the parameter set of a BCL algorithm object, unless it is this one.</summary>
    /// <exception cref="NotSupportedException"><paramref name="name"/> is another parameter set's.</exception>
    public void ExpectName(string name)
    {
        if (name != Name)
            throw OtherParameterSet(name);
    }

    /// <summary>The refusal of another parameter set.</summary>
    public NotSupportedException OtherParameterSet(string found) =>
        new($"{found} is not supported: the only supported parameter set is {Name}.");

    private static byte[] WritePublicKeyPrefix(string oid, int keySize)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(oid);
            writer.WriteBitString(new byte[keySize]);
        }

        return writer.Encode()[..^keySize];
    }
}

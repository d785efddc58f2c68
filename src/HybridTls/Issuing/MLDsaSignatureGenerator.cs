using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Issuing;

/// <summary>Lets the BCL's <see cref="CertificateRequest"/> sign with any ML-DSA-65 key (RFC 9881 §3): pure, empty context.</summary>
internal sealed class MLDsaSignatureGenerator(MLDsa key) : X509SignatureGenerator
{
    /// <summary>AlgorithmIdentifier without parameters; ML-DSA hashes by itself, so the hash name says nothing.</summary>
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(Oids.MLDsa65Dotted);
        return writer.Encode();
    }

    /// <summary>Signs <paramref name="data"/> itself.</summary>
    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data);

    /// <inheritdoc/>
    protected override PublicKey BuildPublicKey() => CertificateTemplate.PublicKeyOf(key);
}

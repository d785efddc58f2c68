using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>A key of either algorithm: their formats differ in sizes and identifiers only, and so do their tests.</summary>
internal abstract class AnyKey : IDisposable
{
    public abstract byte[] Seed();

    public abstract byte[] ExpandedKey();

    public abstract byte[] PublicKey();

    public abstract byte[] Spki();

    public abstract string SpkiPem();

    public abstract byte[] Pkcs8();

    public abstract bool TryPkcs8(Span<byte> destination, out int bytesWritten);

    public abstract string Pkcs8Pem();

    public abstract byte[] Encrypted(string password, PbeParameters parameters);

    public abstract byte[] Encrypted(byte[] password, PbeParameters parameters);

    public abstract string EncryptedPem(string password, PbeParameters parameters);

    public abstract string EncryptedPem(byte[] password, PbeParameters parameters);

    public abstract void Dispose();
}

/// <summary>How to make keys of one algorithm.</summary>
internal abstract class KeyKind
{
    public static KeyKind MLKem { get; } = new MLKemKind();

    public static KeyKind MLDsa { get; } = new MLDsaKind();

    public abstract KeyFormat Format { get; }

    public abstract string NodeType { get; }

    public static KeyKind Of(string name) => name == MLKem.Format.Name ? MLKem : MLDsa;

    public abstract AnyKey Generate();

    public abstract AnyKey FromSeed(byte[] source);

    public abstract AnyKey FromExpandedKey(byte[] source);

    public abstract AnyKey FromPublicKey(byte[] source);

    public abstract AnyKey FromSpki(byte[] source);

    public abstract AnyKey FromPkcs8(byte[] source);

    public abstract AnyKey FromEncrypted(string password, byte[] source);

    public abstract AnyKey FromEncrypted(byte[] password, byte[] source);

    public abstract AnyKey FromPem(string source);

    public abstract AnyKey FromEncryptedPem(string source, string password);

    public abstract AnyKey FromEncryptedPem(string source, byte[] password);

    public override string ToString() => Format.Name;
}

internal sealed class MLKemKind : KeyKind
{
    private static MLKemAlgorithm Algorithm => MLKemAlgorithm.MLKem768;

    public override KeyFormat Format => KeyFormat.MLKem768;

    public override string NodeType => NodeCrypto.MLKem768;

    public override AnyKey Generate() => new Key(ManagedMLKem.GenerateKey(Algorithm));

    public override AnyKey FromSeed(byte[] source) => new Key(ManagedMLKem.ImportPrivateSeed(Algorithm, source));

    public override AnyKey FromExpandedKey(byte[] source) => new Key(ManagedMLKem.ImportDecapsulationKey(Algorithm, source));

    public override AnyKey FromPublicKey(byte[] source) => new Key(ManagedMLKem.ImportEncapsulationKey(Algorithm, source));

    public override AnyKey FromSpki(byte[] source) => new Key(ManagedMLKem.ImportSubjectPublicKeyInfo(source));

    public override AnyKey FromPkcs8(byte[] source) => new Key(ManagedMLKem.ImportPkcs8PrivateKey(source));

    public override AnyKey FromEncrypted(string password, byte[] source) =>
        new Key(ManagedMLKem.ImportEncryptedPkcs8PrivateKey(password, source));

    public override AnyKey FromEncrypted(byte[] password, byte[] source) =>
        new Key(ManagedMLKem.ImportEncryptedPkcs8PrivateKey(password, source));

    public override AnyKey FromPem(string source) => new Key(ManagedMLKem.ImportFromPem(source));

    public override AnyKey FromEncryptedPem(string source, string password) =>
        new Key(ManagedMLKem.ImportFromEncryptedPem(source, password));

    public override AnyKey FromEncryptedPem(string source, byte[] password) =>
        new Key(ManagedMLKem.ImportFromEncryptedPem(source, password));

    private sealed class Key(ManagedMLKem key) : AnyKey
    {
        public override byte[] Seed() => key.ExportPrivateSeed();

        public override byte[] ExpandedKey() => key.ExportDecapsulationKey();

        public override byte[] PublicKey() => key.ExportEncapsulationKey();

        public override byte[] Spki() => key.ExportSubjectPublicKeyInfo();

        public override string SpkiPem() => key.ExportSubjectPublicKeyInfoPem();

        public override byte[] Pkcs8() => key.ExportPkcs8PrivateKey();

        public override bool TryPkcs8(Span<byte> destination, out int bytesWritten) =>
            key.TryExportPkcs8PrivateKey(destination, out bytesWritten);

        public override string Pkcs8Pem() => key.ExportPkcs8PrivateKeyPem();

        public override byte[] Encrypted(string password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKey(password, parameters);

        public override byte[] Encrypted(byte[] password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKey(password, parameters);

        public override string EncryptedPem(string password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters);

        public override string EncryptedPem(byte[] password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters);

        public override void Dispose() => key.Dispose();
    }
}

internal sealed class MLDsaKind : KeyKind
{
    private static MLDsaAlgorithm Algorithm => MLDsaAlgorithm.MLDsa65;

    public override KeyFormat Format => KeyFormat.MLDsa65;

    public override string NodeType => NodeCrypto.MLDsa65;

    public override AnyKey Generate() => new Key(ManagedMLDsa.GenerateKey(Algorithm));

    public override AnyKey FromSeed(byte[] source) => new Key(ManagedMLDsa.ImportMLDsaPrivateSeed(Algorithm, source));

    public override AnyKey FromExpandedKey(byte[] source) => new Key(ManagedMLDsa.ImportMLDsaPrivateKey(Algorithm, source));

    public override AnyKey FromPublicKey(byte[] source) => new Key(ManagedMLDsa.ImportMLDsaPublicKey(Algorithm, source));

    public override AnyKey FromSpki(byte[] source) => new Key(ManagedMLDsa.ImportSubjectPublicKeyInfo(source));

    public override AnyKey FromPkcs8(byte[] source) => new Key(ManagedMLDsa.ImportPkcs8PrivateKey(source));

    public override AnyKey FromEncrypted(string password, byte[] source) =>
        new Key(ManagedMLDsa.ImportEncryptedPkcs8PrivateKey(password, source));

    public override AnyKey FromEncrypted(byte[] password, byte[] source) =>
        new Key(ManagedMLDsa.ImportEncryptedPkcs8PrivateKey(password, source));

    public override AnyKey FromPem(string source) => new Key(ManagedMLDsa.ImportFromPem(source));

    public override AnyKey FromEncryptedPem(string source, string password) =>
        new Key(ManagedMLDsa.ImportFromEncryptedPem(source, password));

    public override AnyKey FromEncryptedPem(string source, byte[] password) =>
        new Key(ManagedMLDsa.ImportFromEncryptedPem(source, password));

    private sealed class Key(ManagedMLDsa key) : AnyKey
    {
        public override byte[] Seed() => key.ExportMLDsaPrivateSeed();

        public override byte[] ExpandedKey() => key.ExportMLDsaPrivateKey();

        public override byte[] PublicKey() => key.ExportMLDsaPublicKey();

        public override byte[] Spki() => key.ExportSubjectPublicKeyInfo();

        public override string SpkiPem() => key.ExportSubjectPublicKeyInfoPem();

        public override byte[] Pkcs8() => key.ExportPkcs8PrivateKey();

        public override bool TryPkcs8(Span<byte> destination, out int bytesWritten) =>
            key.TryExportPkcs8PrivateKey(destination, out bytesWritten);

        public override string Pkcs8Pem() => key.ExportPkcs8PrivateKeyPem();

        public override byte[] Encrypted(string password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKey(password, parameters);

        public override byte[] Encrypted(byte[] password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKey(password, parameters);

        public override string EncryptedPem(string password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters);

        public override string EncryptedPem(byte[] password, PbeParameters parameters) =>
            key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters);

        public override void Dispose() => key.Dispose();
    }
}

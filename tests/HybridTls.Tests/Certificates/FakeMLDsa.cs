using System.Security.Cryptography;

namespace HybridTls.Tests.Certificates;

/// <summary>An MLDsa whose signatures anyone can compute: exact sizes, no cost; for tests of everything but the algorithm.</summary>
internal sealed class FakeMLDsa : MLDsa
{
    private readonly byte[] _publicKey;

    private FakeMLDsa(byte[] publicKey, MLDsaAlgorithm? algorithm = null) : base(algorithm ?? MLDsaAlgorithm.MLDsa65) => _publicKey = publicKey;

    public static FakeMLDsa FromName(string name, MLDsaAlgorithm? algorithm = null) =>
        new(Expand(System.Text.Encoding.UTF8.GetBytes(name), (algorithm ?? MLDsaAlgorithm.MLDsa65).PublicKeySizeInBytes), algorithm);

    public static FakeMLDsa FromPublicKey(ReadOnlySpan<byte> publicKey) => new(publicKey.ToArray());

    public bool IsDisposed { get; private set; }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    protected override void SignDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, Span<byte> destination) =>
        Signature(data, context).CopyTo(destination);

    protected override bool VerifyDataCore(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, ReadOnlySpan<byte> signature) =>
        Signature(data, context).AsSpan().SequenceEqual(signature);

    protected override void ExportMLDsaPublicKeyCore(Span<byte> destination) => _publicKey.CopyTo(destination);

    protected override void SignPreHashCore(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, Span<byte> destination) => throw new NotSupportedException();
    protected override bool VerifyPreHashCore(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> context, string hashAlgorithmOid, ReadOnlySpan<byte> signature) => throw new NotSupportedException();
    protected override void SignMuCore(ReadOnlySpan<byte> externalMu, Span<byte> destination) => throw new NotSupportedException();
    protected override bool VerifyMuCore(ReadOnlySpan<byte> externalMu, ReadOnlySpan<byte> signature) => throw new NotSupportedException();
    protected override bool TryExportPkcs8PrivateKeyCore(Span<byte> destination, out int bytesWritten) => throw new NotSupportedException();
    protected override void ExportMLDsaPrivateKeyCore(Span<byte> destination) => throw new NotSupportedException();
    protected override void ExportMLDsaPrivateSeedCore(Span<byte> destination) => throw new NotSupportedException();

    private byte[] Signature(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context) => Expand([.. _publicKey, .. context, .. data], Algorithm.SignatureSizeInBytes);

    private static byte[] Expand(byte[] source, int length) => Shake256.HashData(source, length);
}

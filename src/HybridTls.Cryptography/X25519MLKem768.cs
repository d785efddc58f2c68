using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// The hybrid key agreement X25519MLKEM768 (RFC 10024; NamedGroup 0x11EC): the client's ephemeral key pairs, used once. ML-KEM's
/// part comes first, X25519's second, in the shares and in the shared secret.
/// </summary>
public sealed class X25519MLKem768 : IDisposable
{
    /// <summary>The size of the client's share in bytes: an encapsulation key (1,184) and an X25519 public key (32).</summary>
    public const int ClientShareSizeInBytes = 1184 + 32;

    /// <summary>The size of the server's share in bytes: a ciphertext (1,088) and an X25519 public key (32).</summary>
    public const int ServerShareSizeInBytes = 1088 + 32;

    /// <summary>The size of the shared secret in bytes: ML-KEM's (32) and X25519's (32).</summary>
    public const int SharedSecretSizeInBytes = 64;

    /// <summary>Generates the client's ephemeral key pairs.</summary>
    public static X25519MLKem768 Generate()
    {
        X25519MLKem768 k = new();
        byte[] d = new byte[32], z = new byte[32];
        Entropy.Fill(d); Entropy.Fill(z);
        MLKem768.KeyGenInternal(d, z, k._share.AsSpan(0, 1184), k._dk);
        X25519.GeneratePrivateKey(k._x);
        X25519.DerivePublicKey(k._x, k._share.AsSpan(1184));
        return k;
    }

    private readonly byte[] _share = new byte[1216], _dk = new byte[2400], _x = new byte[32];

    /// <summary>Writes the client's share.</summary>
    /// <param name="destination">Exactly <see cref="ClientShareSizeInBytes"/> bytes.</param>
    public void ExportClientShare(Span<byte> destination) => _share.CopyTo(destination);

    /// <summary>Answers a client's share (the server's part).</summary>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    public static void Respond(ReadOnlySpan<byte> clientShare, Span<byte> serverShare, Span<byte> sharedSecret)
    {
        if (clientShare.Length != 1216) throw new HybridKeyAgreementException(HybridKeyAgreementFailure.ClientShareLength, "length");
        if (!MLKem768.IsValidEncapsulationKey(clientShare[..1184])) throw new HybridKeyAgreementException(HybridKeyAgreementFailure.EncapsulationKeyModulus, "modulus");
        byte[] m = new byte[32], x = new byte[32];
        Entropy.Fill(m); X25519.GeneratePrivateKey(x);
        MLKem768.EncapsInternal(clientShare[..1184], m, sharedSecret[..32], serverShare[..1088]);
        X25519.DerivePublicKey(x, serverShare[1088..]);
        X25519.DeriveSharedSecret(x, clientShare[1184..], sharedSecret[32..]);
    }

    /// <summary>Computes the shared secret from the server's share and destroys the key pairs: they serve once.</summary>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    public void Finish(ReadOnlySpan<byte> serverShare, Span<byte> sharedSecret)
    {
        if (serverShare.Length != 1120) throw new HybridKeyAgreementException(HybridKeyAgreementFailure.ServerShareLength, "length");
        MLKem768.DecapsInternal(_dk, serverShare[..1088], sharedSecret[..32]);
        X25519.DeriveSharedSecret(_x, serverShare[1088..], sharedSecret[32..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

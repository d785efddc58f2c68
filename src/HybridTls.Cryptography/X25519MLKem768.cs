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
    public static X25519MLKem768 Generate() => throw new NotImplementedException();

    /// <summary>Writes the client's share.</summary>
    /// <param name="destination">Exactly <see cref="ClientShareSizeInBytes"/> bytes.</param>
    public void ExportClientShare(Span<byte> destination) => throw new NotImplementedException();

    /// <summary>Answers a client's share (the server's part).</summary>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    public static void Respond(ReadOnlySpan<byte> clientShare, Span<byte> serverShare, Span<byte> sharedSecret) =>
        throw new NotImplementedException();

    /// <summary>Computes the shared secret from the server's share and destroys the key pairs: they serve once.</summary>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    public void Finish(ReadOnlySpan<byte> serverShare, Span<byte> sharedSecret) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

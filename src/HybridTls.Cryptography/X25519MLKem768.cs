using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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

    private const int SeedSize = 32;

    // The client's share, the X25519 private key.
    private readonly SecretMemory _memory = new(ClientShareSizeInBytes + X25519Primitive.Size);
    private readonly MLKem768PrivateKey _decapsulationKey;
    private int _state;

    private X25519MLKem768(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, ReadOnlySpan<byte> x25519PrivateKey)
    {
        Span<byte> share = ClientShareIn(_memory.Bytes);
        _decapsulationKey = MLKem768PrivateKey.KeyGenInternal(d, z, share[..MLKem768.EncapsulationKeySize]);
        x25519PrivateKey.CopyTo(X25519PrivateKeyIn(_memory.Bytes));
        X25519Primitive.DerivePublicKey(x25519PrivateKey, share[MLKem768.EncapsulationKeySize..]);
    }

    private enum State
    {
        Ready,
        Used,
        Disposed,
    }

    /// <summary>Generates the client's ephemeral key pairs, new ones for each connection (RFC 9846 §4.3.8).</summary>
    [SkipLocalsInit]
    public static X25519MLKem768 Generate()
    {
        Span<byte> random = stackalloc byte[(2 * SeedSize) + X25519Primitive.Size];
        Entropy.Fill(random);
        X25519MLKem768 keys = Generate(random[..SeedSize], random.Slice(SeedSize, SeedSize), random[(2 * SeedSize)..]);
        CryptographicOperations.ZeroMemory(random);
        return keys;
    }

    /// <summary>Writes the client's share.</summary>
    /// <param name="destination">Exactly <see cref="ClientShareSizeInBytes"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has the wrong length.</exception>
    /// <exception cref="InvalidOperationException">The key pairs have served: <see cref="Finish"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The key pairs are disposed.</exception>
    public void ExportClientShare(Span<byte> destination)
    {
        ThrowIfWrongLength(destination.Length, ClientShareSizeInBytes, nameof(destination));
        ThrowUnlessReady((State)Volatile.Read(ref _state));
        using SecretMemory.Use use = _memory.Enter();
        ClientShareIn(use.Bytes).CopyTo(destination);
    }

    /// <summary>Answers a client's share (the server's part).</summary>
    /// <param name="clientShare">What the client sent, of any length.</param>
    /// <param name="serverShare">Exactly <see cref="ServerShareSizeInBytes"/> bytes: what to send to the client.</param>
    /// <param name="sharedSecret">Exactly <see cref="SharedSecretSizeInBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">A destination has the wrong length.</exception>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    [SkipLocalsInit]
    public static void Respond(ReadOnlySpan<byte> clientShare, Span<byte> serverShare, Span<byte> sharedSecret)
    {
        Span<byte> random = stackalloc byte[SeedSize + X25519Primitive.Size];
        Entropy.Fill(random);
        try
        {
            Respond(clientShare, random[..SeedSize], random[SeedSize..], serverShare, sharedSecret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(random);
        }
    }

    /// <summary>
    /// Computes the shared secret from the server's share and destroys the key pairs, whether or not the share is good: they
    /// serve once.
    /// </summary>
    /// <param name="serverShare">What the server sent, of any length.</param>
    /// <param name="sharedSecret">Exactly <see cref="SharedSecretSizeInBytes"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="sharedSecret"/> has the wrong length; the key pairs are kept.</exception>
    /// <exception cref="HybridKeyAgreementException">The share fails a check of RFC 10024; nothing is written.</exception>
    /// <exception cref="InvalidOperationException">The key pairs have served.</exception>
    /// <exception cref="ObjectDisposedException">The key pairs are disposed.</exception>
    public void Finish(ReadOnlySpan<byte> serverShare, Span<byte> sharedSecret)
    {
        ThrowIfWrongLength(sharedSecret.Length, SharedSecretSizeInBytes, nameof(sharedSecret));
        ThrowUnlessReady((State)Interlocked.CompareExchange(ref _state, (int)State.Used, (int)State.Ready));

        try
        {
            Agree(serverShare, sharedSecret);
        }
        finally
        {
            Destroy();
        }
    }

    /// <summary>Destroys the key pairs.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _state, (int)State.Disposed);
        Destroy();
    }

    /// <summary>Generates the key pairs from given randomness: ML-KEM's d and z (FIPS 203, Algorithm 16) and an X25519 private key.</summary>
    internal static X25519MLKem768 Generate(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, ReadOnlySpan<byte> x25519PrivateKey) =>
        new(d, z, x25519PrivateKey);

    /// <summary>The computation of <see cref="Finish"/>, after which the key pairs would serve again: for benchmarks.</summary>
    [SkipLocalsInit]
    internal void Agree(ReadOnlySpan<byte> serverShare, Span<byte> sharedSecret)
    {
        Span<byte> secret = stackalloc byte[SharedSecretSizeInBytes];
        try
        {
            if (serverShare.Length != ServerShareSizeInBytes)
                Throw(HybridKeyAgreementFailure.ServerShareLength);

            using SecretMemory.Use use = _memory.Enter();
            ReadOnlySpan<byte> ciphertext = serverShare[..MLKem768.CiphertextSize];
            ReadOnlySpan<byte> peerPublicKey = serverShare[MLKem768.CiphertextSize..];
            if (!X25519Primitive.Agree(X25519PrivateKeyIn(use.Bytes), peerPublicKey, secret[MLKem768.SharedSecretSize..]))
                Throw(HybridKeyAgreementFailure.AllZeroX25519Secret);

            _decapsulationKey.DecapsInternal(ciphertext, secret[..MLKem768.SharedSecretSize]);
            secret.CopyTo(sharedSecret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Answers with given randomness: ML-KEM's m (FIPS 203, Algorithm 17) and an X25519 private key.</summary>
    [SkipLocalsInit]
    internal static void Respond(
        ReadOnlySpan<byte> clientShare,
        ReadOnlySpan<byte> m,
        ReadOnlySpan<byte> x25519PrivateKey,
        Span<byte> serverShare,
        Span<byte> sharedSecret)
    {
        ThrowIfWrongLength(serverShare.Length, ServerShareSizeInBytes, nameof(serverShare));
        ThrowIfWrongLength(sharedSecret.Length, SharedSecretSizeInBytes, nameof(sharedSecret));
        if (clientShare.Length != ClientShareSizeInBytes)
            Throw(HybridKeyAgreementFailure.ClientShareLength);

        ReadOnlySpan<byte> encapsulationKey = clientShare[..MLKem768.EncapsulationKeySize];
        ReadOnlySpan<byte> peerPublicKey = clientShare[MLKem768.EncapsulationKeySize..];
        if (!MLKem768.IsValidEncapsulationKey(encapsulationKey))
            Throw(HybridKeyAgreementFailure.EncapsulationKeyModulus);

        // Everything is made aside first, so that nothing is written where a check fails and the buffers may overlap.
        Span<byte> secret = stackalloc byte[SharedSecretSizeInBytes];
        Span<byte> share = stackalloc byte[ServerShareSizeInBytes];
        try
        {
            if (!X25519Primitive.Agree(x25519PrivateKey, peerPublicKey, secret[MLKem768.SharedSecretSize..]))
                Throw(HybridKeyAgreementFailure.AllZeroX25519Secret);

            MLKem768.EncapsInternal(encapsulationKey, m, secret[..MLKem768.SharedSecretSize], share[..MLKem768.CiphertextSize]);
            X25519Primitive.DerivePublicKey(x25519PrivateKey, share[MLKem768.CiphertextSize..]);
            share.CopyTo(serverShare);
            secret.CopyTo(sharedSecret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static Span<byte> ClientShareIn(Span<byte> memory) => memory[..ClientShareSizeInBytes];

    private static Span<byte> X25519PrivateKeyIn(Span<byte> memory) => memory[ClientShareSizeInBytes..];

    private static void ThrowIfWrongLength(int length, int expected, string parameter)
    {
        if (length != expected)
            ThrowWrongLength(expected, parameter);
    }

    [DoesNotReturn]
    private static void ThrowWrongLength(int expected, string parameter) =>
        throw new ArgumentException($"The buffer must be exactly {expected} bytes long.", parameter);

    [DoesNotReturn]
    private static void Throw(HybridKeyAgreementFailure failure) => throw new HybridKeyAgreementException(failure, failure switch
    {
        HybridKeyAgreementFailure.ClientShareLength => $"The client's share is not {ClientShareSizeInBytes} bytes long.",
        HybridKeyAgreementFailure.EncapsulationKeyModulus => "The client's encapsulation key holds a coefficient that is not reduced.",
        HybridKeyAgreementFailure.ServerShareLength => $"The server's share is not {ServerShareSizeInBytes} bytes long.",
        _ => "The X25519 result is all zero: the peer's public key is a point of small order.",
    });

    private void Destroy()
    {
        _decapsulationKey.Dispose();
        _memory.Dispose();
    }

    private void ThrowUnlessReady(State state)
    {
        ObjectDisposedException.ThrowIf(state == State.Disposed, this);
        if (state == State.Used)
            throw new InvalidOperationException("The key pairs have served: they serve once.");
    }
}

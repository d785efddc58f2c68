using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class X25519Tests
{
    [Fact]
    public void Two_keys_agree()
    {
        using X25519 alice = X25519.GenerateKey();
        using X25519 bob = X25519.GenerateKey();
        byte[] alicePublic = new byte[X25519.PublicKeySizeInBytes];
        byte[] bobPublic = new byte[X25519.PublicKeySizeInBytes];
        alice.ExportPublicKey(alicePublic);
        bob.ExportPublicKey(bobPublic);
        Assert.NotEqual(alicePublic, bobPublic);

        byte[] one = new byte[X25519.SharedSecretSizeInBytes];
        byte[] other = new byte[X25519.SharedSecretSizeInBytes];
        alice.DeriveSharedSecret(bobPublic, one);
        Assert.True(bob.TryDeriveSharedSecret(alicePublic, other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void A_private_key_survives_export_and_import()
    {
        using X25519 key = X25519.GenerateKey();
        byte[] exported = new byte[32];
        key.ExportPrivateKey(exported);
        using X25519 again = X25519.ImportPrivateKey(exported);
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        byte[] third = new byte[32];
        key.ExportPublicKey(first);
        again.ExportPublicKey(second);
        X25519.DerivePublicKey(exported, third);
        Assert.Equal(first, second);
        Assert.Equal(first, third);
    }

    [Fact]
    public void The_generated_key_is_what_the_random_source_gave()
    {
        using (Entropy.Replace(buffer => buffer.Span.Fill(0x42)))
        {
            byte[] key = new byte[32];
            X25519.GeneratePrivateKey(key);
            Assert.All(key, b => Assert.Equal(0x42, b));
            using X25519 instance = X25519.GenerateKey();
            instance.ExportPrivateKey(key);
            Assert.All(key, b => Assert.Equal(0x42, b));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Wrong_lengths_are_refused(int length)
    {
        byte[] wrong = new byte[length];
        byte[] right = new byte[32];
        using X25519 key = X25519.GenerateKey();
        Assert.Throws<ArgumentException>("privateKey", () => X25519.GeneratePrivateKey(wrong));
        Assert.Throws<ArgumentException>("privateKey", () => X25519.DerivePublicKey(wrong, right));
        Assert.Throws<ArgumentException>("publicKey", () => X25519.DerivePublicKey(right, wrong));
        Assert.Throws<ArgumentException>("privateKey", () => X25519.DeriveSharedSecret(wrong, right, right));
        Assert.Throws<ArgumentException>("peerPublicKey", () => X25519.DeriveSharedSecret(right, wrong, right));
        Assert.Throws<ArgumentException>("sharedSecret", () => X25519.DeriveSharedSecret(right, right, wrong));
        Assert.Throws<ArgumentException>("privateKey", () => X25519.TryDeriveSharedSecret(wrong, right, right));
        Assert.Throws<ArgumentException>("peerPublicKey", () => X25519.TryDeriveSharedSecret(right, wrong, right));
        Assert.Throws<ArgumentException>("sharedSecret", () => X25519.TryDeriveSharedSecret(right, right, wrong));
        Assert.Throws<ArgumentException>("source", () => X25519.ImportPrivateKey(wrong));
        Assert.Throws<ArgumentException>("source", () => X25519.ImportPrivateKey(wrong.AsSpan()));
        Assert.Throws<ArgumentException>("destination", () => key.ExportPublicKey(wrong));
        Assert.Throws<ArgumentException>("destination", () => key.ExportPrivateKey(wrong));
        Assert.Throws<ArgumentException>("peerPublicKey", () => key.DeriveSharedSecret(wrong, right));
        Assert.Throws<ArgumentException>("sharedSecret", () => key.DeriveSharedSecret(right, wrong));
        Assert.Throws<ArgumentException>("peerPublicKey", () => key.TryDeriveSharedSecret(wrong, right));
        Assert.Throws<ArgumentException>("sharedSecret", () => key.TryDeriveSharedSecret(right, wrong));
    }

    [Fact]
    public void Null_is_refused() =>
        Assert.Throws<ArgumentNullException>("source", () => X25519.ImportPrivateKey(null!));

    [Fact]
    public void A_disposed_key_refuses_everything()
    {
        X25519 key = X25519.GenerateKey();
        key.Dispose();
        key.Dispose();
        byte[] buffer = new byte[32];
        Assert.Throws<ObjectDisposedException>(() => key.ExportPublicKey(buffer));
        Assert.Throws<ObjectDisposedException>(() => key.ExportPrivateKey(buffer));
        Assert.Throws<ObjectDisposedException>(() => key.DeriveSharedSecret(buffer, buffer));
        Assert.Throws<ObjectDisposedException>(() => key.TryDeriveSharedSecret(buffer, buffer));
        Assert.All(buffer, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Disposal_zeroes_the_key()
    {
        X25519 key = X25519.GenerateKey();
        ZeroedMemory.AssertGivenUp(key.Dispose, X25519.PrivateKeySizeInBytes + X25519.PublicKeySizeInBytes);
        ZeroedMemory.AssertGivenUp(key.Dispose);
    }

    [Fact]
    public void Disposing_during_use_never_lets_a_wrong_secret_out()
    {
        byte[] scalar = new byte[32];
        scalar[0] = 8;
        byte[] peer = new byte[32];
        peer[0] = 9;
        byte[] expected = new byte[32];
        X25519.DeriveSharedSecret(scalar, peer, expected);
        for (int round = 0; round < 50; round++)
        {
            X25519 key = X25519.ImportPrivateKey(scalar);
            using Barrier start = new(2);
            Thread user = new(() =>
            {
                byte[] secret = new byte[32];
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        key.DeriveSharedSecret(peer, secret);
                        Assert.Equal(expected, secret);
                        secret.AsSpan().Clear();
                    }
                }
                catch (ObjectDisposedException)
                {
                    // What was to be expected; anything else ends the process.
                }
            });
            user.Start();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            Thread.SpinWait(20 * round);
            key.Dispose();
            user.Join();
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] secret = new byte[32];
        byte[] publicKey = new byte[32];
        byte[] shared = new byte[32];
        Assert.Equal(0, AllocationMeter.Measure(Run));

        void Run()
        {
            X25519.GeneratePrivateKey(secret);
            X25519.DerivePublicKey(secret, publicKey);
            X25519.DeriveSharedSecret(secret, publicKey, shared);
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class X25519MLKem768Tests
{
    /// <summary>The sizes of what the key pairs own: share and X25519 key; Â, t̂, ŝ (15 polynomials of 16-bit coefficients), H(ek) and z.</summary>
    private static readonly int[] OwnedMemory = [1216 + 32, (15 * 256 * 2) + 64];

    [Fact]
    public void Client_and_server_share_a_secret()
    {
        for (int i = 0; i < 20; i++)
        {
            using X25519MLKem768 client = X25519MLKem768.Generate();
            byte[] clientShare = Share(client);
            byte[] serverShare = new byte[X25519MLKem768.ServerShareSizeInBytes];
            byte[] serverSecret = new byte[X25519MLKem768.SharedSecretSizeInBytes];
            byte[] clientSecret = new byte[X25519MLKem768.SharedSecretSizeInBytes];
            X25519MLKem768.Respond(clientShare, serverShare, serverSecret);
            client.Finish(serverShare, clientSecret);
            Assert.Equal(serverSecret, clientSecret);
            Assert.False(serverSecret.AsSpan(0, 32).SequenceEqual(serverSecret.AsSpan(32)));
        }
    }

    [Fact]
    public void The_ML_KEM_part_comes_first_in_the_shares_and_in_the_secret()
    {
        byte[] d = RandomNumberGenerator.GetBytes(32);
        byte[] z = RandomNumberGenerator.GetBytes(32);
        byte[] m = RandomNumberGenerator.GetBytes(32);
        byte[] clientKey = RandomNumberGenerator.GetBytes(32);
        byte[] serverKey = RandomNumberGenerator.GetBytes(32);

        byte[] ek = new byte[1184];
        byte[] dk = new byte[2400];
        byte[] kemSecret = new byte[32];
        byte[] ciphertext = new byte[1088];
        MLKem768.KeyGenInternal(d, z, ek, dk);
        MLKem768.EncapsInternal(ek, m, kemSecret, ciphertext);
        byte[] clientPublic = new byte[32];
        byte[] serverPublic = new byte[32];
        byte[] curveSecret = new byte[32];
        X25519.DerivePublicKey(clientKey, clientPublic);
        X25519.DerivePublicKey(serverKey, serverPublic);
        X25519.DeriveSharedSecret(clientKey, serverPublic, curveSecret);

        using X25519MLKem768 client = X25519MLKem768.Generate(d, z, clientKey);
        byte[] clientShare = Share(client);
        Assert.Equal([.. ek, .. clientPublic], clientShare);

        byte[] serverShare = new byte[1120];
        byte[] serverSecret = new byte[64];
        X25519MLKem768.Respond(clientShare, m, serverKey, serverShare, serverSecret);
        Assert.Equal([.. ciphertext, .. serverPublic], serverShare);
        Assert.Equal([.. kemSecret, .. curveSecret], serverSecret);

        byte[] clientSecret = new byte[64];
        client.Finish(serverShare, clientSecret);
        Assert.Equal(serverSecret, clientSecret);
    }

    [Fact]
    public void Each_client_generates_a_fresh_share_and_each_response_is_fresh()
    {
        using X25519MLKem768 one = X25519MLKem768.Generate();
        using X25519MLKem768 other = X25519MLKem768.Generate();
        byte[] oneShare = Share(one);
        byte[] otherShare = Share(other);
        Assert.False(oneShare.AsSpan(0, 1184).SequenceEqual(otherShare.AsSpan(0, 1184)));
        Assert.False(oneShare.AsSpan(1184).SequenceEqual(otherShare.AsSpan(1184)));

        byte[] first = new byte[1120];
        byte[] second = new byte[1120];
        X25519MLKem768.Respond(oneShare, first, new byte[64]);
        X25519MLKem768.Respond(oneShare, second, new byte[64]);
        Assert.False(first.AsSpan(0, 1088).SequenceEqual(second.AsSpan(0, 1088)));
        Assert.False(first.AsSpan(1088).SequenceEqual(second.AsSpan(1088)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(1184)]
    [InlineData(1215)]
    [InlineData(1217)]
    public void A_client_share_of_the_wrong_length_is_refused(int length)
    {
        using X25519MLKem768 client = X25519MLKem768.Generate();
        byte[] share = Share(client);
        Array.Resize(ref share, length);
        AssertRefused(HybridKeyAgreementFailure.ClientShareLength, share);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    [InlineData(767)]
    public void An_encapsulation_key_with_an_unreduced_coefficient_is_refused(int coefficient)
    {
        foreach (int value in new[] { 3329, 3330, 4095 })
        {
            using X25519MLKem768 client = X25519MLKem768.Generate();
            byte[] share = Share(client);
            SetCoefficient(share, coefficient, 3328);
            X25519MLKem768.Respond(share, new byte[1120], new byte[64]); // the largest reduced value passes
            SetCoefficient(share, coefficient, value);
            AssertRefused(HybridKeyAgreementFailure.EncapsulationKeyModulus, share);
        }
    }

    [Fact]
    public void A_point_of_small_order_is_refused_on_both_sides()
    {
        X25519Vector[] vectors = [.. X25519Vector.Load().Where(vector => vector.IsAllZero).DistinctBy(v => Convert.ToHexString(v.Public))];
        Assert.True(vectors.Length > 5);
        foreach (byte[] smallOrder in vectors.Select(vector => vector.Public))
        {
            using X25519MLKem768 client = X25519MLKem768.Generate();
            byte[] clientShare = Share(client);
            byte[] serverShare = new byte[1120];
            X25519MLKem768.Respond(clientShare, serverShare, new byte[64]);

            smallOrder.CopyTo(clientShare, 1184);
            AssertRefused(HybridKeyAgreementFailure.AllZeroX25519Secret, clientShare);

            smallOrder.CopyTo(serverShare, 1088);
            AssertRefused(HybridKeyAgreementFailure.AllZeroX25519Secret, client, serverShare);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(1088)]
    [InlineData(1119)]
    [InlineData(1121)]
    public void A_server_share_of_the_wrong_length_is_refused(int length)
    {
        using X25519MLKem768 client = X25519MLKem768.Generate();
        byte[] serverShare = new byte[1120];
        X25519MLKem768.Respond(Share(client), serverShare, new byte[64]);
        Array.Resize(ref serverShare, length);
        AssertRefused(HybridKeyAgreementFailure.ServerShareLength, client, serverShare);
    }

    [Fact]
    public void A_changed_ciphertext_is_rejected_implicitly()
    {
        using X25519MLKem768 client = X25519MLKem768.Generate();
        byte[] serverShare = new byte[1120];
        byte[] serverSecret = new byte[64];
        byte[] clientSecret = new byte[64];
        X25519MLKem768.Respond(Share(client), serverShare, serverSecret);
        serverShare[0] ^= 1;
        client.Finish(serverShare, clientSecret);
        Assert.NotEqual(serverSecret[..32], clientSecret[..32]);
        Assert.Equal(serverSecret[32..], clientSecret[32..]);
    }

    [Fact]
    public void The_key_pairs_serve_once()
    {
        X25519MLKem768 client = X25519MLKem768.Generate();
        byte[] serverShare = new byte[1120];
        byte[] secret = new byte[64];
        X25519MLKem768.Respond(Share(client), serverShare, secret);
        ZeroedMemory.AssertGivenUp(() => client.Finish(serverShare, secret), OwnedMemory);
        Assert.Throws<InvalidOperationException>(() => client.Finish(serverShare, secret));
        Assert.Throws<InvalidOperationException>(() => client.ExportClientShare(new byte[1216]));
        client.Dispose();
        Assert.Throws<ObjectDisposedException>(() => client.Finish(serverShare, secret));
    }

    [Fact]
    public void Disposal_zeroes_the_keys_and_ends_their_use()
    {
        X25519MLKem768 client = X25519MLKem768.Generate();
        ZeroedMemory.AssertGivenUp(client.Dispose, OwnedMemory);
        client.Dispose();
        Assert.Throws<ObjectDisposedException>(() => client.ExportClientShare(new byte[1216]));
        Assert.Throws<ObjectDisposedException>(() => client.Finish(new byte[1120], new byte[64]));
    }

    [Fact]
    public void Destinations_of_the_wrong_length_are_refused_and_cost_no_key()
    {
        using X25519MLKem768 client = X25519MLKem768.Generate();
        byte[] share = Share(client);
        byte[] serverShare = new byte[1120];
        byte[] secret = new byte[64];
        foreach (int delta in new[] { -1, 1 })
        {
            Assert.Throws<ArgumentException>("destination", () => client.ExportClientShare(new byte[1216 + delta]));
            Assert.Throws<ArgumentException>("serverShare", () => X25519MLKem768.Respond(share, new byte[1120 + delta], secret));
            Assert.Throws<ArgumentException>("sharedSecret", () => X25519MLKem768.Respond(share, serverShare, new byte[64 + delta]));
            Assert.Throws<ArgumentException>("sharedSecret", () => client.Finish(serverShare, new byte[64 + delta]));
        }

        byte[] serverSecret = new byte[64];
        X25519MLKem768.Respond(share, serverShare, serverSecret);
        client.Finish(serverShare, secret);
        Assert.Equal(serverSecret, secret);
    }

    [Fact]
    public void Responding_allocates_nothing_and_generating_only_the_key_pairs()
    {
#if DEBUG
        Assert.Skip("The bounds assertions of a debug build allocate.");
#endif
        byte[] serverShare = new byte[1120];
        byte[] secret = new byte[64];
        byte[] share = new byte[1216];
        using X25519MLKem768 client = X25519MLKem768.Generate();
        client.ExportClientShare(share);
        Assert.Equal(0, AllocationMeter.Measure(() => X25519MLKem768.Respond(share, serverShare, secret)));
        long generating = AllocationMeter.Measure(static () => X25519MLKem768.Generate().Dispose());
        Assert.InRange(generating, 10, 10 * 512);

        // A key share is finished with once.
        Assert.Equal(generating, AllocationMeter.Measure(() =>
        {
            using X25519MLKem768 finished = X25519MLKem768.Generate();
            finished.ExportClientShare(share);
            X25519MLKem768.Respond(share, serverShare, secret);
            finished.Finish(serverShare, secret);
        }));
    }

    private static byte[] Share(X25519MLKem768 client)
    {
        byte[] share = new byte[X25519MLKem768.ClientShareSizeInBytes];
        client.ExportClientShare(share);
        return share;
    }

    /// <summary>ByteDecode12's inverse at one place of an encapsulation key (FIPS 203, Algorithm 5).</summary>
    private static void SetCoefficient(byte[] share, int index, int value)
    {
        int at = index / 2 * 3;
        if (index % 2 == 0)
        {
            share[at] = (byte)value;
            share[at + 1] = (byte)((share[at + 1] & 0xF0) | (value >> 8));
        }
        else
        {
            share[at + 1] = (byte)((share[at + 1] & 0x0F) | (value << 4));
            share[at + 2] = (byte)(value >> 4);
        }
    }

    private static void AssertRefused(HybridKeyAgreementFailure failure, byte[] clientShare)
    {
        byte[] serverShare = Filled(1120);
        byte[] secret = Filled(64);
        Assert.Equal(
            failure,
            Assert.Throws<HybridKeyAgreementException>(() => X25519MLKem768.Respond(clientShare, serverShare, secret)).Failure);
        Assert.Equal(Filled(1120), serverShare);
        Assert.Equal(Filled(64), secret);
    }

    private static void AssertRefused(HybridKeyAgreementFailure failure, X25519MLKem768 client, byte[] serverShare)
    {
        byte[] secret = Filled(64);
        ZeroedMemory.AssertGivenUp(
            () => Assert.Equal(failure, Assert.Throws<HybridKeyAgreementException>(() => client.Finish(serverShare, secret)).Failure), OwnedMemory);
        Assert.Equal(Filled(64), secret);
        Assert.Throws<InvalidOperationException>(() => client.Finish(serverShare, secret));
    }

    private static byte[] Filled(int length) => [.. Enumerable.Repeat((byte)0xC3, length)];
}

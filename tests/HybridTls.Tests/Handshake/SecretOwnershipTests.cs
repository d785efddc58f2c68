using System.Reflection;
using System.Security.Cryptography;
using HybridTls;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class SecretOwnershipTests
{
    [Fact]
    public void Secret_memory_is_zeroed_by_Dispose_and_its_tail_by_Shrink()
    {
        SecretMemory memory = SecretMemory.CopyOf([1, 2, 3, 4]);
        Span<byte> whole = memory.Bytes;
        memory.Shrink(3);
        Assert.Equal([1, 2, 3, 0], whole.ToArray());
        Assert.Equal([1, 2, 3], memory.Bytes.ToArray());
        ZeroedMemory.AssertGivenUp(memory.Dispose, 3);
        Assert.Throws<ObjectDisposedException>(() => memory.Bytes.Length);
        Assert.False(SecretMemory.Cleared(100).Bytes.ContainsAnyExcept((byte)0));
    }

    /// <summary>Whoever forgets to dispose of a key leaves nothing behind either: what the finalizer frees was zeroed.</summary>
    [Theory]
    [InlineData("ML-KEM", 64)]
    [InlineData("ML-KEM, expanded", 2400)]
    [InlineData("ML-DSA", 32)]
    [InlineData("X25519", 64)]
    [InlineData("a connection's secrets", 48 * 7)]
    [InlineData("a session", 48)]
    public void What_is_dropped_is_zeroed_by_the_finalizer(string what, int size)
    {
        // A private copy of the seam: the finalizer has a thread of its own.
        System.Collections.Concurrent.ConcurrentBag<(int Size, bool IsZero)> freed = [];
        SecretMemory.Finalized = memory => freed.Add((memory.Length, !memory.ContainsAnyExcept((byte)0)));
        try
        {
            for (int i = 0; i < 50 && !freed.Any(item => Matches(item.Size)); i++)
            {
                Drop(what);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            SecretMemory.Finalized = null;
        }

        Assert.Contains(freed, item => Matches(item.Size));
        Assert.All(freed, static item => Assert.True(item.IsZero));

        bool Matches(int length) => what == "a connection's secrets" ? length % 48 == 0 && length >= size : length == size;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Drop(string what)
    {
        switch (what)
        {
            case "ML-KEM":
                ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
                break;
            case "ML-KEM, expanded":
                using (ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768))
                    ManagedMLKem.ImportDecapsulationKey(MLKemAlgorithm.MLKem768, key.ExportDecapsulationKey());
                break;
            case "ML-DSA":
                ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
                break;
            case "X25519":
                X25519.GenerateKey();
                break;
            case "a connection's secrets":
                HybridTls.Tests.Handshake.MessagePair pair = new();
                pair.Run();
                break;
            default:
                _ = new ClientSession(new byte[48])
                {
                    CipherSuite = System.Net.Security.TlsCipherSuite.TLS_AES_256_GCM_SHA384,
                    Ticket = new byte[1],
                    PeerCertificates = [],
                };
                break;
        }
    }

    [Fact]
    public void The_last_use_releases_what_was_closed_meanwhile()
    {
        int released = 0;
        UseGuard guard = new(() => released++);
        using (guard.Enter(this))
        {
            using (guard.Enter(this))
            {
                guard.Close();
                guard.Close();
                Assert.Throws<ObjectDisposedException>(() => guard.Enter(this).Dispose());
            }

            Assert.Equal(0, released);
        }

        Assert.Equal(1, released);
        guard.Close();
        Assert.Equal(1, released);
    }

    [Fact]
    public void Memory_that_is_disposed_during_a_use_refuses_another_one_and_is_zeroed_when_that_use_ends()
    {
        SecretMemory memory = new(32);
        using (SecretMemory.Use use = memory.Enter())
        {
            use.Bytes.Fill(1);
            ZeroedMemory.AssertGivenUp(memory.Dispose);
            Assert.False(use.Bytes.ContainsAnyExcept((byte)1));
            Assert.Throws<ObjectDisposedException>(() => memory.Enter().Dispose());
            Assert.False(memory.IsClosed);
        }

        Assert.True(memory.IsClosed);
    }

    [Fact]
    public void Closing_an_idle_guard_releases_at_once()
    {
        int released = 0;
        UseGuard guard = new(() => released++);
        guard.Enter(this).Dispose();
        guard.Close();
        Assert.Equal(1, released);
    }

    [Fact]
    public void Many_threads_release_once()
    {
        for (int round = 0; round < 100; round++)
        {
            int released = 0;
            int running = 0;
            UseGuard guard = new(() =>
            {
                Assert.Equal(0, Volatile.Read(ref running));
                Interlocked.Increment(ref released);
            });
            Parallel.For(0, 32, i =>
            {
                try
                {
                    using (guard.Enter(this))
                    {
                        Interlocked.Increment(ref running);
                        Thread.SpinWait(20);
                        Interlocked.Decrement(ref running);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // Came after the closing.
                }

                if (i == 16)
                    guard.Close();
            });
            Assert.Equal(1, released);
        }
    }

    [Fact]
    public void A_disposed_key_holds_zeros_where_its_secrets_were()
    {
        ManagedMLKem kem = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        ManagedMLKem expandedKem = ManagedMLKem.ImportDecapsulationKey(MLKemAlgorithm.MLKem768, kem.ExportDecapsulationKey());
        ManagedMLDsa dsa = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        ManagedMLDsa expandedDsa = ManagedMLDsa.ImportMLDsaPrivateKey(MLDsaAlgorithm.MLDsa65, dsa.ExportMLDsaPrivateKey());
        foreach (IDisposable key in (IDisposable[])[kem, expandedKem, dsa, expandedDsa])
        {
            object[] secrets =
            [
                .. key.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
                    .Select(field => field.GetValue(key))
                    .Where(value => value is SecretMemory or MLKem768PrivateKey or MLDsa65SigningKey)!,
            ];
            Assert.Equal(key == expandedDsa ? 1 : 2, secrets.Length);
            // Native memory is freed at once: it is scanned between the zeroing and that.
            ZeroedMemory.AssertGivenUp(key.Dispose, [.. secrets.Select(static secret => secret switch
            {
                SecretMemory memory => memory.Bytes.Length,
                MLKem768PrivateKey => 7744,
                _ => MLDsaExpandedKey.Size,
            })]);
        }
    }
}

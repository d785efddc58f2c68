using System.Reflection;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class SecretOwnershipTests
{
    [Fact]
    public void A_secret_buffer_is_zeroed_by_Dispose_and_its_tail_by_Shrink()
    {
        SecretBuffer buffer = SecretBuffer.CopyOf([1, 2, 3, 4]);
        Span<byte> whole = buffer.Span;
        buffer.Shrink(3);
        Assert.Equal([1, 2, 3, 0], whole.ToArray());
        Assert.Equal([1, 2, 3], buffer.Span.ToArray());
        buffer.Dispose();
        Assert.Equal([0, 0, 0, 0], whole.ToArray());
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
                    .Where(value => value is SecretBuffer or MLKem768PrivateKey or MLDsa65SigningKey)!,
            ];
            Assert.Equal(key == expandedDsa ? 1 : 2, secrets.Length);
            object[] scannable = [.. secrets.Where(secret => secret is SecretBuffer)];
            Assert.DoesNotContain(scannable, IsZero);

            // Native memory is freed at once: it is scanned between the zeroing and that.
            ZeroedMemory.AssertGivenUp(key.Dispose, [.. secrets.Except(scannable).Select(secret => secret is MLKem768PrivateKey ? 7744 : MLDsaExpandedKey.Size)]);
            Assert.All(scannable, secret => Assert.True(IsZero(secret)));
        }
    }

    private static bool IsZero(object secret) => secret is SecretBuffer buffer && !buffer.Span.ContainsAnyExcept((byte)0);
}

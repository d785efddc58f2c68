using System.Reflection;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Tests.Resumption;

namespace HybridTls.Tests.Handshake;

/// <summary>Where secrets lie while a connection lives, and that they are gone afterwards.</summary>
public sealed class SecretMemoryTests : IDisposable
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public void Dispose() => SecretMemory.Zeroed = null;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-KEY-7")]
    [Clause("HT-KEX-5")]
    public void After_disposal_no_buffer_that_a_connection_owned_holds_a_secret(bool failing)
    {
        HashSet<byte[]> buffers = new(ReferenceEqualityComparer.Instance);
        HashSet<string> secrets = [];
        List<int> givenUp = [];
        bool allZero = true;
        SecretMemory.Zeroed = memory =>
        {
            givenUp.Add(memory.Length);
            allZero &= !memory.ContainsAnyExcept((byte)0);
        };
        MessagePair pair = Scenario.Everything.CreatePair();
        pair.AfterStep = () =>
        {
            foreach (HandshakeMachine machine in (HandshakeMachine[])[pair.Client, pair.Server])
            {
                CollectBuffers(machine, buffers);
                CollectSecrets(machine, secrets);
            }
        };
        if (failing)
        {
            pair.Intercept = static (taker, message) => taker == PeerRole.Server && message[0] == 20 ? [.. message[..^1], (byte)~message[^1]] : message;
            pair.FailWith();
        }
        else
        {
            pair.Run();
            pair.Client.Established.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
            pair.Drain();
        }

        // Six secrets (nothing resumes: there is no seventh), a key and an IV of each that protects records, and the X25519 key: the search would find them.
        Assert.InRange(secrets.Count, 15, 400);
        Assert.Contains(buffers, buffer => secrets.Any(secret => Holds(buffer, secret)));

        // The ephemeral keys went with ServerHello, in native memory that was zeroed.
        Assert.Contains(X25519MLKem768.ClientShareSizeInBytes + 32, givenUp);
        pair.Dispose();
        SecretMemory.Zeroed = null;
        Assert.True(allZero);
        foreach (string secret in secrets)
            Assert.DoesNotContain(buffers, buffer => Holds(buffer, secret));
    }

    [Fact]
    [Clause("HT-KEY-7")]
    public void A_server_keeps_no_resumption_secret_behind_its_tickets()
    {
        using Visits visits = new();
        using MessagePair pair = visits.Visit();
        ReadOnlySpan<byte> client = pair.Client.Secrets!.Memory;
        ReadOnlySpan<byte> server = pair.Server.Secrets!.Memory;
        List<int> differing = [];
        for (int slot = 0; slot < client.Length; slot += SecretBlock.SlotSize)
        {
            if (client.Slice(slot, SecretBlock.SlotSize).SequenceEqual(server.Slice(slot, SecretBlock.SlotSize)))
                continue;
            differing.Add(slot);
            Assert.True(client.Slice(slot, SecretBlock.SlotSize).ContainsAnyExcept((byte)0));
            Assert.False(server.Slice(slot, SecretBlock.SlotSize).ContainsAnyExcept((byte)0));
        }

        // The client has it for tickets to come; all else both have, or neither.
        Assert.Single(differing);
    }

    [Fact]
    [Clause("HT-KEX-1")]
    public void Two_connections_never_share_a_key_share()
    {
        HashSet<string> parts = [];
        const int Connections = 12;
        for (int i = 0; i < Connections; i++)
        {
            using MessagePair pair = new(retry: i % 2 == 1);
            pair.Run();
            byte[] client = new EditableMessage(pair.Messages.Last(static m => m.Message[0] == 1).Message)[ExtensionType.KeyShare];
            EditableMessage hello = new(pair.Messages.Last(static m => m.Message[0] == 2).Message);
            byte[] server = hello[ExtensionType.KeyShare];
            parts.Add(Convert.ToHexString(client[^1216..^32]));
            parts.Add(Convert.ToHexString(client[^32..]));
            parts.Add(Convert.ToHexString(server[^1120..^32]));
            parts.Add(Convert.ToHexString(server[^32..]));
            parts.Add(Convert.ToHexString(hello.Random));
        }

        Assert.Equal(5 * Connections, parts.Count);
    }

    private static void CollectSecrets(HandshakeMachine machine, HashSet<string> secrets)
    {
        if (machine is ClientHandshake client && Read<SecretMemory>(Read<X25519MLKem768>(client, "_keyShare")!, "_memory") is { IsClosed: false } ephemeral)
        {
            using SecretMemory.Use use = ephemeral.Enter();
            Add(secrets, use.Bytes[X25519MLKem768.ClientShareSizeInBytes..]);
        }

        if (machine.Secrets is not { IsCleared: false } block)
            return;
        ReadOnlySpan<byte> memory = block.Memory;
        for (int slot = 0; slot < memory.Length; slot += SecretBlock.SlotSize)
            Add(secrets, memory.Slice(slot, SecretBlock.SlotSize));
        foreach (TrafficSecret traffic in (TrafficSecret[])
            [
                .. Read<HandshakeSecrets>(machine, "_keys") is { } keys && machine.Parameters is null ? [keys.Client, keys.Server] : (TrafficSecret[])[],
                .. Read<ApplicationSecrets>(machine, "_applicationKeys") is { } application ? [application.Client, application.Server] : (TrafficSecret[])[],
            ])
        {
            byte[] key = new byte[traffic.Suite.KeySize];
            byte[] iv = new byte[12];
            traffic.DeriveKeys(key, iv);
            Add(secrets, key);
            Add(secrets, iv);
        }
    }

    private static void Add(HashSet<string> secrets, ReadOnlySpan<byte> secret)
    {
        if (secret.ContainsAnyExcept((byte)0))
            secrets.Add(Convert.ToHexString(secret));
    }

    private static bool Holds(byte[] buffer, string secret) => buffer.AsSpan().IndexOf(Convert.FromHexString(secret)) >= 0;

    private static T? Read<T>(object owner, string field) where T : class =>
        (T?)(owner.GetType().GetField(field, Fields) ?? owner.GetType().BaseType!.GetField(field, Fields))!.GetValue(owner);

    /// <summary>Every byte array that can be reached from a machine through objects of ours.</summary>
    private static void CollectBuffers(object root, HashSet<byte[]> buffers)
    {
        HashSet<object> visited = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new([root]);
        while (open.TryPop(out object? current))
        {
            if (!visited.Add(current) || current is HybridTlsOptions)
                continue;
            if (current is byte[] bytes)
            {
                buffers.Add(bytes);
                continue;
            }

            for (Type? type = current.GetType(); type?.Namespace?.StartsWith("HybridTls", StringComparison.Ordinal) == true; type = type.BaseType)
            {
                foreach (FieldInfo field in type.GetFields(Fields | BindingFlags.DeclaredOnly))
                {
                    if (!field.FieldType.IsPointer && !field.FieldType.IsByRefLike && field.GetValue(current) is { } value and not string)
                        open.Push(value);
                }
            }
        }
    }
}

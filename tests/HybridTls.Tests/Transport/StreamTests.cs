using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Cryptography;
using HybridTls.Tests.Handshake;
using HybridTls.Transport;

namespace HybridTls.Tests.Transport;

/// <summary>What everybody expects of a <see cref="Stream"/>, and how it closes.</summary>
public sealed class StreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-HS-10")]
    public async Task Before_the_handshake_nothing_goes()
    {
        await using TlsPair pair = TlsPair.CreateRaw();
        Assert.False(pair.Client.CanRead || pair.Client.CanWrite || pair.Client.CanSeek || pair.Client.IsAuthenticated);
        Assert.Contains("AuthenticateAsClientAsync", Assert.Throws<InvalidOperationException>(() => pair.Client.Parameters).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.ReadAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.WriteAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.ShutdownAsync(Token));
    }

    [Fact]
    public async Task It_is_no_seekable_stream()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        HybridTlsStream stream = pair.Client;
        Assert.True(stream.CanRead && stream.CanWrite && !stream.CanSeek && stream.IsAuthenticated);
        Assert.Throws<NotSupportedException>(() => stream.Length);
        Assert.Throws<NotSupportedException>(() => stream.Position);
        Assert.Throws<NotSupportedException>(() => stream.Position = 1);
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Write(new byte[1], 0, 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.AuthenticateClientAsync());
    }

    [Fact]
    public async Task Synchronous_calls_work()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        HybridTlsStream client = pair.Client, server = pair.Server;
        client.Write("abc"u8.ToArray(), 0, 3);
        client.Write("def"u8);
        client.WriteByte((byte)'g');
        client.Flush();
        Assert.True(pair.ClientTransport.Flushes > 0);
        byte[] buffer = new byte[3];
        Assert.Equal(3, server.Read(buffer, 0, 3));
        Assert.Equal("abc"u8.ToArray(), buffer);
        server.ReadExactly(buffer.AsSpan());
        Assert.Equal("def"u8.ToArray(), buffer);
        Assert.Equal('g', server.ReadByte());
        client.Dispose();
        Assert.Equal(-1, server.ReadByte());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(100_000)]
    public async Task Any_destination_will_do(int size)
    {
        await using TlsPair pair = await TlsPair.CreateAsync(limit: 1 << 24);
        byte[] sent = RandomNumberGenerator.GetBytes(size == 1 ? 20_000 : 200_001);
        await pair.Client.WriteAsync(sent, Token);
        await pair.Client.ShutdownAsync(Token);
        using MemoryStream received = new();
        byte[] buffer = new byte[size];
        for (int count; (count = await pair.Server.ReadAsync(buffer, Token)) > 0;)
            received.Write(buffer, 0, count);
        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public async Task An_empty_read_waits_for_data_and_takes_none()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        Task<int> waiting = pair.Server.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await pair.Client.WriteAsync(ReadOnlyMemory<byte>.Empty, Token);
        Assert.False(waiting.IsCompleted);
        await pair.Client.WriteAsync("data"u8.ToArray(), Token);
        Assert.Equal(0, await waiting);
        Assert.Equal(0, await pair.Server.ReadAsync(Memory<byte>.Empty, Token));
        byte[] buffer = new byte[10];
        Assert.Equal(4, await pair.Server.ReadAsync(buffer, Token));
    }

    [Fact]
    [Clause("HT-SHELL-1")]
    public async Task A_second_read_is_refused_and_the_first_goes_on()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        byte[] buffer = new byte[10];
        Task<int> first = pair.Server.ReadAsync(buffer, Token).AsTask();
        await Assert.ThrowsAsync<NotSupportedException>(() => pair.Server.ReadAsync(new byte[10], Token).AsTask());
        await pair.Client.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(5, await first);
    }

    [Fact]
    public async Task Writes_at_the_same_time_do_not_mix()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(limit: 100_000);
        Task[] writes = [.. Enumerable.Range(0, 8).Select(i => Task.Run(() => pair.Client.WriteAsync(Enumerable.Repeat((byte)i, 50_000).ToArray(), Token).AsTask()))];
        byte[] block = new byte[50_000];
        HashSet<byte> seen = [];
        for (int i = 0; i < 8; i++)
        {
            await pair.Server.ReadExactlyAsync(block, Token);
            Assert.True(block.AsSpan().IndexOfAnyExcept(block[0]) < 0);
            Assert.True(seen.Add(block[0]));
        }

        await Task.WhenAll(writes);
    }

    [Fact]
    [Clause("HT-SHELL-1")]
    public async Task A_reader_and_a_writer_on_each_side_do_not_disturb_each_other()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(
            TestIdentities.ServerOptions(options => options.KeyUpdateAfterRecords = 3),
            TestIdentities.ClientOptions(options => options.KeyUpdateAfterRecords = 10),
            limit: 50_000);
        const int Size = 3_000_000;
        Task<string> Write(HybridTlsStream stream, int seed) => Task.Run(async () =>
        {
            Random random = new(seed);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int left = Size; left > 0;)
            {
                byte[] part = new byte[Math.Min(left, random.Next(1, 60_000))];
                random.NextBytes(part);
                hash.AppendData(part);
                if (random.Next(20) == 0)
                    await stream.UpdateKeysAsync(random.Next(2) == 0, Token);
                await stream.WriteAsync(part, Token);
                left -= part.Length;
            }

            await stream.ShutdownAsync(Token);
            return Convert.ToHexString(hash.GetHashAndReset());
        });
        Task<string> Read(HybridTlsStream stream, int seed) => Task.Run(async () =>
        {
            Random random = new(seed);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[40_000];
            for (int count; (count = await stream.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)), Token)) > 0;)
                hash.AppendData(buffer, 0, count);
            return Convert.ToHexString(hash.GetHashAndReset());
        });
        Task<string>[] all = [Write(pair.Client, 1), Read(pair.Server, 2), Write(pair.Server, 3), Read(pair.Client, 4)];
        string[] hashes = await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(hashes[2], hashes[3]);
    }

    [Fact]
    [Clause("HT-SHELL-3")]
    public async Task Shutting_down_ends_writing_only()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        await pair.Client.ShutdownAsync(Token);
        await pair.Client.ShutdownAsync(Token);
        Assert.True(pair.Client.CanRead && !pair.Client.CanWrite);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.WriteAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.UpdateKeysAsync(cancellationToken: Token));
        byte[] buffer = new byte[10];
        Assert.Equal(0, await pair.Server.ReadAsync(buffer, Token));
        await pair.Server.WriteAsync("late"u8.ToArray(), Token);
        Assert.Equal(4, await pair.Client.ReadAsync(buffer, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_says_goodbye(bool leaveOpen)
    {
        await using TlsPair pair = await TlsPair.CreateAsync(leaveTransportOpen: leaveOpen);
        await pair.Client.WriteAsync("x"u8.ToArray(), Token);
        await pair.Client.DisposeAsync();
        await pair.Client.DisposeAsync();
        Assert.Equal(!leaveOpen, pair.ClientTransport.IsDisposed);
        byte[] buffer = new byte[10];
        Assert.Equal(1, await pair.Server.ReadAsync(buffer, Token));
        Assert.Equal(0, await pair.Server.ReadAsync(buffer, Token));
        Assert.False(pair.Client.CanRead || pair.Client.CanWrite);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.ReadAsync(buffer, Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.WriteAsync(buffer, Token).AsTask());
        Assert.Throws<ObjectDisposedException>(() => pair.Client.ExportKeyingMaterial("EXPORTER-x", default, new byte[32]));
    }

    [Fact]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_ends_a_read_and_a_write_under_way()
    {
        TlsPair pair = await TlsPair.CreateAsync(limit: 20_000);
        Task<int> reading = pair.Client.ReadAsync(new byte[10], Token).AsTask();
        Task writing = pair.Client.WriteAsync(new byte[200_000], Token).AsTask();
        Assert.False(reading.IsCompleted || writing.IsCompleted);
        await pair.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Fact]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_ends_a_handshake_under_way()
    {
        TlsPair pair = TlsPair.CreateRaw();
        Task client = pair.AuthenticateClientAsync();
        Assert.False(client.IsCompleted);
        await pair.Client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Task server = pair.AuthenticateServerAsync();
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => server);
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        await pair.DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.AuthenticateClientAsync());
    }

    [Fact]
    [Clause("HT-KU-5")]
    public async Task A_peer_that_renews_its_key_unasked_is_not_asked()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(TestIdentities.ServerOptions(options => options.KeyUpdateAfterRecords = 10));
        byte[] buffer = new byte[1];
        for (int i = 0; i < 12; i++)
        {
            await pair.Client.WriteAsync(buffer, Token);
            await pair.Server.ReadExactlyAsync(buffer, Token);
        }

        await pair.Client.UpdateKeysAsync(requestPeer: false, Token);
        await pair.Client.WriteAsync(buffer, Token);
        await pair.Server.ReadExactlyAsync(buffer, Token);
        await pair.Server.WriteAsync(buffer, Token);
        await pair.Client.ReadExactlyAsync(buffer, Token);
        Assert.Equal(1UL, pair.Client.Machine.Established.Secrets.Client.Generation);
        Assert.Equal(0UL, pair.Client.Machine.Established.Secrets.Server.Generation);
    }

    [Fact]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_with_unread_data_does_not_reset_what_was_sent()
    {
        const int Size = 150_000;
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4 * Size };
        await socket.ConnectAsync(listener.LocalEndpoint, Token);
        HybridTlsStream client = new(new NetworkStream(socket, ownsSocket: true));
        await using HybridTlsStream server = new(new NetworkStream(await listener.AcceptSocketAsync(Token), ownsSocket: true));
        await Task.WhenAll(
            client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token),
            server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token));

        await server.WriteAsync("nobody reads this"u8.ToArray(), Token);
        while (socket.Available == 0)
            await Task.Delay(1, Token);
        await client.WriteAsync(new byte[Size], Token);
        await client.DisposeAsync();
        using MemoryStream received = new();
        await server.CopyToAsync(received, Token);
        Assert.Equal(Size, received.Length);
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(null, 100)]
    [InlineData(512, 16384)]
    [Clause("HT-REC-19")]
    public async Task Records_are_no_larger_than_the_peer_allows(int? ofClient, int? ofServer)
    {
        await using TlsPair pair = await TlsPair.CreateAsync(
            TestIdentities.ServerOptions(options =>
            {
                options.RecordSizeLimit = ofServer;
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            }),
            TestIdentities.ClientOptions(options =>
            {
                options.RecordSizeLimit = ofClient;
                options.Credential = TestIdentities.Client;
            }));
        Assert.Equal((ofClient ?? 16385) - 1, pair.Server.Machine.Writer.MaxContent);

        // A server's own limit is an answer: a client that sent none knows nothing of the extension.
        Assert.Equal((ofClient is null ? 16385 : ofServer ?? 16385) - 1, pair.Client.Machine.Writer.MaxContent);
        byte[] sent = RandomNumberGenerator.GetBytes(20_000), received = new byte[20_000];
        await pair.Server.WriteAsync(sent, Token);
        await pair.Client.ReadExactlyAsync(received, Token);
        Assert.Equal(sent, received);
        await pair.Client.WriteAsync(sent, Token);
        await pair.Server.ReadExactlyAsync(received, Token);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Many_connections_over_sockets_carry_data_both_ways()
    {
        const int Connections = 8, Size = 300_000;
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        async Task ServeAsync()
        {
            await using HybridTlsStream server = new(new NetworkStream(await listener.AcceptSocketAsync(Token), ownsSocket: true));
            await server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token);
            await server.CopyToAsync(server, Token);
        }

        async Task AskAsync(int seed)
        {
            await using HybridTlsStream client = await HybridTlsStream.ConnectAsync(
                "localhost", port, new HybridTlsClientOptions { PeerValidation = TestIdentities.TrustRoot }, Token);
            byte[] sent = new byte[Size], received = new byte[Size];
            new Random(seed).NextBytes(sent);
            Task writing = client.WriteAsync(sent, Token).AsTask();
            await client.ReadExactlyAsync(received, Token);
            await writing;
            Assert.Equal(sent, received);
            await client.ShutdownAsync(Token);
            Assert.Equal(0, await client.ReadAsync(received, Token));
        }

        Task[] all = [.. Enumerable.Range(0, Connections).SelectMany(i => (Task[])[Task.Run(ServeAsync), Task.Run(() => AskAsync(i))])];
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public void Clean_up_happens_once_and_after_the_last_operation()
    {
        int cleaned = 0;
        UseGuard gate = new(() => cleaned++);
        gate.Enter(this);
        gate.Close();
        Assert.Equal(0, cleaned);
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(this));
        gate.Exit();
        Assert.Equal(1, cleaned);
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(this));
        gate.Close();
        Assert.Equal(1, cleaned);
    }

    [Fact]
    [Clause("HT-SHELL-2")]
    [Clause("HT-ALERT-5")]
    public async Task A_transport_that_ends_without_close_notify_is_reported()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        await pair.Client.WriteAsync("half"u8.ToArray(), Token);
        await pair.ClientTransport.DisposeAsync();
        byte[] buffer = new byte[10];
        Assert.Equal(4, await pair.Server.ReadAsync(buffer, Token));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ReadAsync(buffer, Token).AsTask());
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        Assert.Null(exception.Alert);
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ShutdownAsync(Token));
    }

    [Fact]
    [Clause("HT-ALERT-7")]
    [Clause("HT-SHELL-7")]
    [Clause("HT-ALERT-5")]
    public async Task A_record_that_was_changed_ends_the_connection_on_both_sides()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        byte[] record = [23, 3, 3, 0, 30, .. new byte[30]];
        await pair.ClientTransport.WriteAsync(record, Token);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ReadAsync(new byte[10], Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ShutdownAsync(Token));
        exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.ReadAsync(new byte[10], Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.WriteAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    [Clause("HT-KU-6")]
    [Clause("HT-SHELL-7")]
    public async Task A_flood_of_key_updates_is_refused_and_the_alert_is_read_after_a_failed_write()
    {
        TlsPair pair = await TlsPair.CreateAsync();
        for (int i = 0; i < 33; i++)
            await pair.Client.UpdateKeysAsync(requestPeer: false, Token);
        await pair.Client.WriteAsync(new byte[1], Token); // a server that bears the flood reads this
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ReadAsync(new byte[10], Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.UnexpectedMessage), (exception.Failure, exception.Alert));
        await pair.Server.DisposeAsync();

        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.WriteAsync(new byte[10], Token).AsTask());
        exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.ReadAsync(new byte[10], Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.UnexpectedMessage), (exception.Failure, exception.Alert));
        await pair.DisposeAsync();
    }

    [Fact]
    [Clause("HT-KU-6")]
    public async Task Key_updates_that_we_asked_for_are_no_flood()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        Task<int> clientReads = pair.Client.ReadAsync(new byte[10], Token).AsTask();
        byte[] buffer = new byte[1];
        for (int i = 0; i < 50; i++)
        {
            await pair.Client.UpdateKeysAsync(requestPeer: true, Token);
            await pair.Client.WriteAsync(buffer, Token);
            await pair.Server.ReadExactlyAsync(buffer, Token);
            await pair.Server.UpdateKeysAsync(requestPeer: false, Token);
        }

        Assert.False(clientReads.IsCompleted);
        await pair.Server.WriteAsync(Encoding.ASCII.GetBytes("done"), Token);
        Assert.Equal(4, await clientReads);
        Assert.Equal(50UL, pair.Client.Machine.Established.Secrets.Server.Generation);
    }

    [Fact]
    [Clause("HT-KU-4")]
    [Clause("HT-KU-5")]
    public async Task A_peer_that_nears_its_limit_is_asked_once_for_each_key()
    {
        // The client renews its own key late; the server asks for it after ten records.
        await using TlsPair pair = await TlsPair.CreateAsync(TestIdentities.ServerOptions(options => options.KeyUpdateAfterRecords = 10));
        byte[] buffer = new byte[100];
        for (int i = 0; i < 12; i++)
        {
            await pair.Client.WriteAsync(new byte[1], Token);
            await pair.Server.ReadExactlyAsync(buffer.AsMemory(0, 1), Token);
        }

        await pair.Server.WriteAsync(new byte[1], Token);
        await pair.Client.WriteAsync(new byte[2], Token);
        await pair.Server.ReadExactlyAsync(buffer.AsMemory(0, 2), Token);
        await pair.Client.ReadExactlyAsync(buffer.AsMemory(0, 1), Token);
        await pair.Client.WriteAsync(new byte[3], Token);
        await pair.Server.ReadExactlyAsync(buffer.AsMemory(0, 3), Token);
        await pair.Server.WriteAsync(new byte[1], Token);
        await pair.Client.ReadExactlyAsync(buffer.AsMemory(0, 1), Token);
        Assert.Equal(1UL, pair.Client.Machine.Established.Secrets.Client.Generation);
        Assert.Equal(1UL, pair.Client.Machine.Established.Secrets.Server.Generation);
    }
}

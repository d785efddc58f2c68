using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HybridTls.Issuing;
using HybridTls.Tool;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Inspection;

namespace HybridTls.Tests.Tool;

public sealed class InspectTests : ToolTestBase
{
    private const string Secret = "the secret word";

    [Fact]
    public async Task A_captured_connection_is_decrypted_with_its_key_log()
    {
        (string capture, string keyLog) = await CaptureAsync();
        ToolRun text = (await RunAsync("inspect", capture, "--key-log", keyLog)).Succeeded();
        foreach (string words in (string[])
            ["ClientHello", "X25519MLKEM768 (1,216 bytes)", "ServerHello", "EncryptedExtensions", "CertificateVerify", "3,309 bytes",
                Secret, "CloseNotify", "CN=localhost"])
            Assert.Contains(words, text.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("stay encrypted", text.Out, StringComparison.Ordinal);

        JsonElement json = (await RunAsync("inspect", capture, "--key-log", keyLog, "--json")).Succeeded().Json;
        Assert.Equal("TLS_AES_256_GCM_SHA384", json.GetProperty("cipherSuite").GetString());
        Assert.All(json.GetProperty("records").EnumerateArray(), static record => Assert.True(record.GetProperty("readable").GetBoolean()));
        string[] messages = [.. MessagesOf(json)];
        Assert.Equal(
            ["ClientHello", "ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished", "Finished", "NewSessionTicket", "NewSessionTicket"],
            messages.Where(static name => char.IsUpper(name[0])));
        Assert.Contains(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)), json.ToString(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyLog));
    }

    [Fact]
    public async Task Without_a_key_log_or_with_anothers_the_hellos_are_read_and_the_rest_is_counted()
    {
        (string capture, _) = await CaptureAsync();
        (_, string otherLog) = await CaptureAsync("2");
        ToolRun plain = (await RunAsync("inspect", capture)).Succeeded();
        Assert.Contains("ClientHello", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, plain.Out, StringComparison.Ordinal);
        Assert.Contains("stay encrypted: add --key-log", plain.Out, StringComparison.Ordinal);
        ToolRun other = (await RunAsync("inspect", capture, "--key-log", otherLog)).Succeeded();
        Assert.Contains("the key log has no secret for it", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_bytes_and_hex_dumps_of_each_side_are_read()
    {
        (string capture, string keyLog) = await CaptureAsync();
        byte[] client = await SideAsync(capture, '>'), server = await SideAsync(capture, '<');
        await File.WriteAllBytesAsync(PathOf("client.bin"), client, Token);
        await File.WriteAllBytesAsync(PathOf("server.bin"), server, Token);
        foreach (string[] order in (string[][])[["client.bin", "server.bin"], ["server.bin", "client.bin"]])
        {
            ToolRun both = (await RunAsync("inspect", PathOf(order[0]), PathOf(order[1]), "--key-log", keyLog)).Succeeded();
            Assert.Equal(2, both.Out.Split(Secret).Length - 1);
        }

        // The server's side alone: the log has just one connection, so there is no doubt whose secrets they are.
        ToolRun one = (await RunAsync("inspect", PathOf("server.bin"), "--key-log", keyLog)).Succeeded();
        Assert.Contains(Secret, one.Out, StringComparison.Ordinal);

        StringBuilder dump = new();
        for (int i = 0; i < server.Length; i += 16)
        {
            byte[] row = server[i..Math.Min(i + 16, server.Length)];
            dump.Append($"{i:x8}: ").AppendJoin(' ', row.Select(static value => value.ToString("x2"))).AppendLine("  0 1 text");
        }

        await File.WriteAllTextAsync(PathOf("server.txt"), dump.ToString(), Token);
        ToolRun dumped = (await RunAsync("inspect", PathOf("server.txt"), "--key-log", keyLog)).Succeeded();
        Assert.Contains(Secret, dumped.Out, StringComparison.Ordinal);

        int clientHello = 5 + (client[3] << 8) + client[4];
        await File.WriteAllBytesAsync(PathOf("tail.bin"), client[clientHello..], Token);
        (await RunAsync("inspect", PathOf("tail.bin"))).FailedWith(1, "--from");
        (await RunAsync("inspect", PathOf("tail.bin"), "--from", "client")).Succeeded();
    }

    [Fact]
    public async Task Key_updates_are_followed()
    {
        AppContext.SetSwitch("HybridTls.AllowKeyLog", true);
        using MLDsa key = HybridTls.Cryptography.ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using var certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["localhost"] });
        using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
        List<string> secrets = [];
        using (CaptureWriter capture = new(new FileInfo(PathOf("capture")), false, "key updates"))
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task serving = Task.Run(async () =>
            {
                await using HybridTlsStream server = new(new NetworkStream(await listener.AcceptSocketAsync(Token), ownsSocket: true));
                await server.AuthenticateAsServerAsync(new HybridTlsServerOptions { Credential = credential }, Token);
                await server.CopyToAsync(server, Token);
            }, Token);
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.LocalEndpoint, Token);
            await using HybridTlsStream client = new(new TappedNetworkStream(socket, new FlightLog(TimeProvider.System), capture));
            await client.AuthenticateAsClientAsync(
                new HybridTlsClientOptions
                {
                    TargetHost = "localhost",
                    PeerValidation = PeerValidation.TrustAnchors(certificate),
                    KeyLog = secrets.Add
                }, Token);
            for (int i = 0; i < 3; i++)
            {
                byte[] data = Encoding.ASCII.GetBytes($"round {i}");
                await client.WriteAsync(data, Token);
                await client.ReadExactlyAsync(new byte[data.Length], Token);
                await client.UpdateKeysAsync(cancellationToken: Token);
            }

            await client.ShutdownAsync(Token);
            Assert.Equal(0, await client.ReadAsync(new byte[1], Token));
            await serving;
        }

        await File.WriteAllLinesAsync(PathOf("keys"), secrets, Token);
        JsonElement json = (await RunAsync("inspect", PathOf("capture"), "--key-log", PathOf("keys"), "--json")).Succeeded().Json;
        Assert.All(json.GetProperty("records").EnumerateArray(), static record => Assert.True(record.GetProperty("readable").GetBoolean()));
        Assert.True(MessagesOf(json).Count(static name => name == "KeyUpdate") >= 4);
    }

    [Fact]
    public async Task Damage_is_reported_and_never_fails_the_tool()
    {
        (string capture, string keyLog) = await CaptureAsync();
        byte[] server = await SideAsync(capture, '<'), client = await SideAsync(capture, '>');
        Random random = new(20261122);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. i % 2 == 0 ? server : client];
            damaged[random.Next(6, Math.Min(damaged.Length, 1400))] ^= (byte)(1 << random.Next(8));
            if (i % 3 == 0)
                damaged = damaged[..random.Next(6, damaged.Length)];
            await File.WriteAllBytesAsync(PathOf("damaged.bin"), damaged, Token);
            ToolRun run = await RunAsync("inspect", PathOf("damaged.bin"), "--key-log", keyLog);
            Assert.InRange(run.ExitCode, 0, 1);
            Assert.True(run.ErrorLines.Length <= 1, run.Error);
        }

        await File.WriteAllBytesAsync(PathOf("cut.bin"), server[..700], Token);
        Assert.Contains("incomplete record", (await RunAsync("inspect", PathOf("cut.bin"))).Succeeded().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_other_kinds_are_refused_with_the_formats()
    {
        await File.WriteAllTextAsync(PathOf("text"), "GET / HTTP/1.1", Token);
        (await RunAsync("inspect", PathOf("text"))).FailedWith(1, "\"> HEX\"");
        await File.WriteAllTextAsync(PathOf("empty"), "", Token);
        (await RunAsync("inspect", PathOf("empty"))).FailedWith(1, "--capture");
        await File.WriteAllTextAsync(PathOf("other"), "> 47455420", Token);
        (await RunAsync("inspect", PathOf("other"))).FailedWith(1, "no TLS record");
        await File.WriteAllTextAsync(PathOf("mixed"), "> 1603\n0301", Token);
        (await RunAsync("inspect", PathOf("mixed"))).FailedWith(1, "direction");
        (await RunAsync("inspect", PathOf("text"), "--key-log", PathOf("text"))).FailedWith(1, "key log");
    }

    private static IEnumerable<string> MessagesOf(JsonElement json) => json.GetProperty("records").EnumerateArray()
        .SelectMany(static record => record.GetProperty("contents").EnumerateArray())
        .Select(static content => content.GetProperty("name").GetString()!);

    private async Task<(string Capture, string KeyLog)> CaptureAsync(string suffix = "")
    {
        string capture = PathOf("capture" + suffix), keyLog = PathOf("keys" + suffix);
        await using RunningListener server = await RunningListener.StartAsync();
        (await RunWithInputAsync(Secret, "connect", server.Target, "--insecure", "--capture", capture, "--key-log", keyLog)).Succeeded();
        return (capture, keyLog);
    }

    private static async Task<byte[]> SideAsync(string capture, char mark) =>
        [.. (await File.ReadAllLinesAsync(capture, Token))
            .Where(line => line.StartsWith(mark))
            .SelectMany(static line => Convert.FromHexString(line.AsSpan(2)))];
}

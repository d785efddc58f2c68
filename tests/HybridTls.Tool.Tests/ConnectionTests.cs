using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

public sealed class ConnectionTests : ToolTestBase
{
    [Fact]
    public async Task Connect_pipes_its_input_through_an_echo_and_reports_on_standard_error()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey,
            "--count", "1");
        ToolRun run = (await RunWithInputAsync("hello, world\n", "connect", server.Target, "--ca", files.Ca)).Succeeded();
        Assert.Equal("hello, world\n", Encoding.UTF8.GetString(run.Bytes));
        Assert.Empty(run.Out);
        foreach (string words in (string[])["X25519MLKEM768", "mldsa65", "TLS_AES_256_GCM_SHA384", "CN=localhost", "→ ClientHello",
            "ServerHello … Finished", "13 bytes sent, 13 bytes received"])
            Assert.Contains(words, run.Error, StringComparison.Ordinal);
        await server.NextAsync("connected");
        Assert.Equal(13, (await server.NextAsync("closed")).GetProperty("received").GetInt32());
        Assert.Equal(0, await server.EndAsync());
    }

    [Fact]
    public async Task Json_tells_what_was_negotiated_and_when()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey,
            "--alpn", "h2,echo");
        JsonElement report = (await RunAsync("connect", server.Target, "--ca", files.Ca, "--alpn", "echo", "--json")).Succeeded().Json;
        Assert.Equal("X25519MLKEM768", report.GetProperty("group").GetString());
        Assert.Equal("mldsa65", report.GetProperty("signatureScheme").GetString());
        Assert.Equal("echo", report.GetProperty("applicationProtocol").GetString());
        Assert.Equal(await PinOfAsync(files.ServerKey), report.GetProperty("peerSpkiSha256").GetString());
        Assert.Equal("CN=localhost", report.GetProperty("certificates")[0].GetProperty("subject").GetString());
        JsonElement[] flights = [.. report.GetProperty("flights").EnumerateArray()];
        Assert.Equal(["client", "server", "client"], flights.Select(static flight => flight.GetProperty("from").GetString()));
        double[] starts = [.. flights.Select(static flight => flight.GetProperty("startMs").GetDouble())];
        Assert.Equal(starts.Order(), starts);
        Assert.True(report.GetProperty("handshakeMs").GetDouble() > 0);
        JsonElement connected = await server.NextAsync("connected");
        Assert.Equal("localhost", connected.GetProperty("serverName").GetString());
    }

    [Fact]
    public async Task A_client_certificate_is_demanded_checked_and_reported()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync(
            "--cert", files.Server, "--key", files.ServerKey, "--require-client-cert", "--ca", files.Ca);
        ToolRun run = await RunAsync("connect", server.Target, "--ca", files.Ca, "--cert", files.Client, "--key", files.ClientKey,
            "--json");
        JsonElement last = run.Succeeded().Json.GetProperty("flights")[2];
        Assert.Equal("Certificate … Finished", last.GetProperty("messages").GetString());
        Assert.Equal("CN=Test Client", (await server.NextAsync("connected")).GetProperty("peer").GetString());
        await server.NextAsync("closed");

        ToolRun anonymous = await RunAsync("connect", server.Target, "--ca", files.Ca, "--json");
        anonymous.FailedWith(1, "--cert");
        Assert.Equal("CertificateRequired", anonymous.Json.GetProperty("error").GetProperty("alert").GetString());
        JsonElement failed = await server.NextAsync("failed");
        Assert.Equal(116, failed.GetProperty("error").GetProperty("alertNumber").GetInt32());

        (await RunAsync("connect", server.Target, "--ca", files.Ca, "--cert", files.Server, "--key", files.ServerKey,
            "--probe")).FailedWith(1, "--cert");
    }

    [Fact]
    public async Task Raw_public_keys_authenticate_both_sides()
    {
        string serverKey = PathOf("server.key"), clientKey = PathOf("client.key"), serverPublic = PathOf("server.pub");
        (await RunAsync("key", "new", serverKey, "--public", serverPublic)).Succeeded();
        (await RunAsync("key", "new", clientKey)).Succeeded();
        await using RunningListener server = await RunningListener.StartAsync(
            "--raw-public-key", "--key", serverKey, "--require-client-cert", "--pin", await PinOfAsync(clientKey));
        ToolRun run = (await RunWithInputAsync("raw", "connect", server.Target, "--raw-public-key", "--key", clientKey, "--pin",
            serverPublic)).Succeeded();
        Assert.Equal("raw", Encoding.UTF8.GetString(run.Bytes));
        Assert.Contains("raw public key", run.Error, StringComparison.Ordinal);
        JsonElement connected = await server.NextAsync("connected");
        Assert.Equal(await PinOfAsync(clientKey), connected.GetProperty("peerSpkiSha256").GetString());
        await server.NextAsync("closed");

        (await RunAsync("connect", server.Target, "--raw-public-key", "--key", clientKey, "--pin", new string('0', 64))).FailedWith(1,
            "not among the pinned ones");
    }

    [Fact]
    public async Task An_ephemeral_server_is_trusted_by_its_pin_or_insecurely_with_a_warning()
    {
        await using RunningListener server = await RunningListener.StartAsync();
        Assert.True(server.Listening.GetProperty("ephemeral").GetBoolean());
        string pin = server.Listening.GetProperty("spkiSha256").GetString()!;
        (await RunAsync("connect", server.Target, "--pin", pin, "--probe")).Succeeded();
        ToolRun insecure = (await RunAsync("connect", server.Target, "--insecure", "--probe")).Succeeded();
        Assert.Contains("warning: --insecure", insecure.Out, StringComparison.Ordinal);
        JsonElement json = (await RunAsync("connect", server.Target, "--insecure", "--json")).Succeeded().Json;
        Assert.NotEmpty(json.GetProperty("warnings").EnumerateArray());
        (await RunAsync("connect", server.Target, "--probe")).FailedWith(1, "--insecure");
    }

    [Fact]
    public async Task A_file_is_sent_whole_and_discard_answers_nothing()
    {
        byte[] content = new byte[300_000];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(PathOf("file"), content, Token);
        await using (RunningListener sender = await RunningListener.StartAsync("--file", PathOf("file")))
        {
            ToolRun run = (await RunAsync("connect", sender.Target, "--insecure")).Succeeded();
            Assert.Equal(content, run.Bytes);
        }

        await using RunningListener discard = await RunningListener.StartAsync("--discard");
        ToolRun nothing = (await RunWithInputAsync("lost", "connect", discard.Target, "--insecure")).Succeeded();
        Assert.Empty(nothing.Bytes);
        await discard.NextAsync("connected");
        Assert.Equal(4, (await discard.NextAsync("closed")).GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task The_wrong_name_and_the_wrong_root_are_refused_with_the_option_that_helps()
    {
        Identities files = await MakeIdentitiesAsync();
        (await RunAsync("cert", "ca", "--subject", "CN=Other", "--key", PathOf("o.key"), "--out", PathOf("o.crt"))).Succeeded();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey,
            "--alpn", "h2");
        (await RunAsync("connect", server.Target, "--ca", files.Ca, "--server-name", "other.example")).FailedWith(1, "--server-name");
        ToolRun unknown = await RunAsync("connect", server.Target, "--ca", PathOf("o.crt"), "--json");
        unknown.FailedWith(1, "--ca");
        Assert.Equal("UnknownCa", unknown.Json.GetProperty("error").GetProperty("alert").GetString());
        (await RunAsync("connect", server.Target, "--ca", files.Ca, "--alpn", "smtp")).FailedWith(1, "--alpn");
    }

    [Fact]
    public async Task Hints_follow_the_cause_and_not_the_alert()
    {
        Identities files = await MakeIdentitiesAsync();
        (await RunAsync("cert", "issue", "--ca", files.Ca, "--ca-key", files.CaKey, "--purpose", "client", "--name", "localhost",
            "--key", PathOf("p.key"), "--out", PathOf("p.crt"))).Succeeded();
        await using RunningListener server = await RunningListener.StartAsync("--cert", PathOf("p.crt"), "--key", PathOf("p.key"));
        ToolRun run = await RunAsync("connect", server.Target, "--ca", files.Ca);
        run.FailedWith(1, "serverAuth");
        Assert.DoesNotContain("must carry an ML-DSA-65 key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_connection_shows_whether_the_server_resumes()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey);
        JsonElement report = (await RunAsync("connect", server.Target, "--ca", files.Ca, "--resume", "--json")).Succeeded().Json;
        Assert.False(report.GetProperty("resumed").GetBoolean());
        Assert.Equal("resumed", report.GetProperty("secondConnection").GetString());
        ToolRun text = (await RunAsync("connect", server.Target, "--ca", files.Ca, "--resume")).Succeeded();
        Assert.Matches("second time +resumed", text.Out);
    }

    [Fact]
    public async Task The_servers_chain_is_written_as_PEM()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey);
        JsonElement report = (await RunAsync(
            "connect", server.Target, "--ca", files.Ca, "--chain", PathOf("chain.pem"), "--json")).Succeeded().Json;
        string expected = await File.ReadAllTextAsync(files.Server, Token);
        string written = await File.ReadAllTextAsync(PathOf("chain.pem"), Token);
        Assert.StartsWith(written.Trim(), expected, StringComparison.Ordinal);
        Assert.Equal(written.Trim(), report.GetProperty("certificatesPem")[0].GetString());
        (await RunAsync("connect", server.Target, "--ca", files.Ca, "--chain", PathOf("chain.pem"), "--probe")).FailedWith(1, "--force");
    }

    [Fact]
    public async Task A_root_and_a_pin_must_both_hold()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey);
        string[] connect = ["connect", server.Target, "--probe", "--ca", files.Ca, "--pin"];
        (await RunAsync([.. connect, await PinOfAsync(files.ServerKey)])).Succeeded();
        (await RunAsync([.. connect, await PinOfAsync(files.CaKey)])).Succeeded();
        (await RunAsync([.. connect, await PinOfAsync(files.ClientKey)])).FailedWith(1, "not among the pinned ones");
    }

    [Fact]
    public async Task An_interrupted_handshake_is_told_from_a_finished_one_by_the_exit_code()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using CancellationTokenSource interrupt = new();
        using StringWriter output = new(), error = new();
        ToolConsole console = new(output, error, () => Stream.Null, () => Stream.Null);
        Task<int> run = HybridTlsTool.RunAsync(
            ["connect", $"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", "--insecure", "--json"], console, interrupt.Token);
        using Socket accepted = await silent.AcceptSocketAsync(Token);
        await interrupt.CancelAsync();
        Assert.Equal(130, await run.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_speaks_no_tls_is_named()
    {
        using TcpListener plain = new(IPAddress.Loopback, 0);
        plain.Start();
        int port = ((IPEndPoint)plain.LocalEndpoint).Port;
        Task answer = Task.Run(async () =>
        {
            using Socket socket = await plain.AcceptSocketAsync(Token);
            await socket.SendAsync("220 mail.example ESMTP\r\n"u8.ToArray(), SocketFlags.None, Token);
            await socket.ReceiveAsync(new byte[4096], SocketFlags.None, Token);
        }, Token);
        (await RunAsync("connect", $"127.0.0.1:{port}", "--insecure")).FailedWith(1, "not be speaking TLS");
        await answer;
        plain.Stop();
        (await RunAsync("connect", $"127.0.0.1:{port}", "--insecure")).FailedWith(1, "Nothing listens");
        (await RunAsync("connect", "no-such-host.invalid:1", "--insecure")).FailedWith(1, "no-such-host.invalid");
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        Identities files = await MakeIdentitiesAsync();
        string[] connect = ["connect", "localhost:1"];
        (await RunAsync("connect", "localhost", "--insecure")).FailedWith(1, "HOST:PORT");
        (await RunAsync("connect", "::1:443", "--insecure")).FailedWith(1, "[::1]:4433");
        (await RunAsync("connect", "localhost:99999", "--insecure")).FailedWith(1, "HOST:PORT");
        (await RunAsync([.. connect, "--insecure", "--ca", files.Ca])).FailedWith(1, "--insecure");
        (await RunAsync([.. connect, "--raw-public-key", "--ca", files.Ca])).FailedWith(1, "--pin");
        (await RunAsync([.. connect, "--raw-public-key", "--cert", files.Client])).FailedWith(1, "--cert");
        (await RunAsync([.. connect, "--insecure", "--cert", files.Client])).FailedWith(1, "--key");
        (await RunAsync([.. connect, "--insecure", "--key", files.ClientKey])).FailedWith(1, "--cert");
        (await RunAsync([.. connect, "--insecure", "--cert", files.Client, "--key", files.ServerKey])).FailedWith(1, files.Client);
        (await RunAsync([.. connect, "--pin", "12"])).FailedWith(1, "key show");
        (await RunAsync([.. connect, "--insecure", "--alpn", "a,,b"])).FailedWith(1, "--alpn");
        (await RunAsync([.. connect, "--ca", files.ServerKey])).FailedWith(1, "holds no certificate");
        (await RunAsync("listen", "0", "--require-client-cert")).FailedWith(1, "--ca");
        (await RunAsync("listen", "0", "--echo", "--discard")).FailedWith(1, "choose one");
        (await RunAsync("listen", "0", "--file", PathOf("none"))).FailedWith(1, "There is no file");
        (await RunAsync("listen", "70000")).FailedWith(1, "70000");
        (await RunAsync("listen", "0", "--count", "0")).FailedWith(1, "--count");
        (await RunAsync("listen", "0", "--address", "nowhere")).FailedWith(1, "--address");
        await using RunningListener server = await RunningListener.StartAsync();
        (await RunAsync("listen", $"{server.Port}")).FailedWith(1, "is in use");
    }
}

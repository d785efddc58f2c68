using System.Text.Json.Nodes;
using HybridTls.Tests.Handshake;
using HybridTls.Tests.Transport;

namespace HybridTls.Tests.Interop;

/// <summary>
/// The file that SSLKEYLOGFILE names. Variable and switch are the process's, so these stand with the tests that run one after the other.
/// </summary>
public sealed class NodeKeyLogTests : NodeTestBase, IDisposable
{
    private const string Variable = "SSLKEYLOGFILE";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-keylog-");
    private readonly string _path;

    public NodeKeyLogTests(NodeTls node)
        : base(node)
    {
        _path = Path.Combine(_folder.FullName, "keys.log");
        AppContext.SetSwitch("HybridTls.AllowKeyLog", true);
        Environment.SetEnvironmentVariable(Variable, _path);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KEY-8")]
    [Clause("HT-KEY-9")]
    public async Task The_lines_in_the_file_are_those_of_the_peer(bool weAreTheClient)
    {
        await File.WriteAllTextAsync(_path, "# what stood there\n", Token);
        List<string> lines = [];
        JsonObject echo = new() { ["echo"] = true };
        (HybridTlsStream ours, NodeConnection theirs) = weAreTheClient
            ? await ConnectToNodeAsync(client: ClientOptions(Log), behaviour: echo)
            : await AcceptNodeAsync(ServerOptions(Log), behaviour: echo);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            await ours.UpdateKeysAsync(requestPeer: true, Token);
            await AssertEchoAsync(ours);
            // OpenSSL logs the successors of traffic secrets as well, which follow from those that the format has.
            string[] expected = [.. (await theirs.GetKeyLogAsync()).Where(static line => !line.Contains("_SECRET_N ", StringComparison.Ordinal))];
            Assert.Equal(5, expected.Length);
            string[] written = await File.ReadAllLinesAsync(_path, Token);
            Assert.Equal("# what stood there", written[0]);
            Assert.Equal(expected.Order(), written[1..].Order());
            Assert.Equal(written[1..], lines);
        }

        void Log(HybridTlsOptions options)
        {
            options.UseSslKeyLogFile = true;
            options.KeyLog = lines.Add;
        }
    }

    [Fact]
    [Clause("HT-KEY-11")]
    public async Task A_new_file_is_its_owners_alone()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(TestIdentities.ServerOptions(static options => options.UseSslKeyLogFile = true));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        Assert.Equal(5, (await File.ReadAllLinesAsync(_path, Token)).Length);
    }

    [Fact]
    [Clause("HT-KEY-11")]
    public async Task Connections_that_write_at_a_time_write_whole_lines()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(static _ => Task.Run(
            static async () => await (await TlsPair.CreateAsync(
                TestIdentities.ServerOptions(static options => options.UseSslKeyLogFile = true),
                TestIdentities.ClientOptions(static options => options.UseSslKeyLogFile = true))).DisposeAsync(),
            Token)));
        string[] lines = await File.ReadAllLinesAsync(_path, Token);
        Assert.Equal(160, lines.Length);
        Assert.All(lines, static line => Assert.Matches("^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{96}$", line));
        Assert.Equal(80, lines.Distinct().Count()); // both sides have the same secrets
    }

    [Fact]
    [Clause("HT-KEY-8")]
    public async Task The_variable_and_the_switch_alone_write_nothing()
    {
        await (await TlsPair.CreateAsync()).DisposeAsync();
        Assert.False(File.Exists(_path));
    }

    [Fact]
    [Clause("HT-KEY-8")]
    public async Task The_option_without_the_switch_is_refused_whatever_the_variable_says()
    {
        AppContext.SetSwitch("HybridTls.AllowKeyLog", false);
        foreach (string? path in (string?[])[_path, null])
        {
            Environment.SetEnvironmentVariable(Variable, path);
            await using HybridTlsStream stream = new(new MemoryStream());
            InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
                () => stream.AuthenticateAsClientAsync(ClientOptions(static options => options.UseSslKeyLogFile = true), Token));
            Assert.StartsWith("UseSslKeyLogFile is set, but the AppContext switch HybridTls.AllowKeyLog", exception.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [Clause("HT-KEY-8")]
    public async Task Without_the_variable_nothing_is_written_and_all_works(string? path)
    {
        Environment.SetEnvironmentVariable(Variable, path);
        await (await TlsPair.CreateAsync(TestIdentities.ServerOptions(static options => options.UseSslKeyLogFile = true))).DisposeAsync();
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    [Clause("HT-KEY-11")]
    public async Task A_file_that_cannot_be_written_is_refused_before_anything_is_sent()
    {
        Environment.SetEnvironmentVariable(Variable, Path.Combine(_folder.FullName, "nowhere", "keys.log"));
        await using TlsPair pair = TlsPair.CreateRaw();
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => pair.AuthenticateClientAsync(TestIdentities.ClientOptions(static options => options.UseSslKeyLogFile = true)));
        Assert.StartsWith("UseSslKeyLogFile is set, but the file that the environment variable SSLKEYLOGFILE names", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-KEY-11")]
    public async Task A_file_that_is_gone_later_harms_no_connection()
    {
        DirectoryInfo inner = _folder.CreateSubdirectory("inner");
        Environment.SetEnvironmentVariable(Variable, Path.Combine(inner.FullName, "keys.log"));
        await using TlsPair pair = TlsPair.CreateRaw();
        Task accepting = pair.AuthenticateServerAsync(TestIdentities.ServerOptions(static options => options.UseSslKeyLogFile = true));
        inner.Delete(recursive: true);
        await pair.AuthenticateClientAsync();
        await accepting;
        Assert.True(pair.Server.IsAuthenticated);
    }
}

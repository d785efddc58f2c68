using System.Text;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

/// <summary>A folder of its own for each test, and the tool run in this process.</summary>
public abstract class ToolTestBase : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridtls-tool-");

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private protected static Task<ToolRun> RunAsync(params string[] args) => RunWithInputAsync("", args);

    private protected static async Task<ToolRun> RunWithInputAsync(string input, params string[] args)
    {
        using StringWriter output = new(), error = new();
        using MemoryStream bytes = new();
        ToolConsole console = new(output, error, () => new MemoryStream(Encoding.UTF8.GetBytes(input)), () => bytes);
        int exitCode = await HybridTlsTool.RunAsync(args, console, Token);
        return new ToolRun(exitCode, output.ToString(), error.ToString(), bytes.ToArray());
    }

    /// <summary>Makes an authority and certificates for a server and a client.</summary>
    private protected async Task<Identities> MakeIdentitiesAsync()
    {
        string ca = PathOf("ca.crt"), caKey = PathOf("ca.key");
        (await RunAsync("cert", "ca", "--subject", "CN=Test Root", "--key", caKey, "--out", ca)).Succeeded();
        foreach (string[] who in (string[][])[["server", "--name", "localhost", "--name", "127.0.0.1"], ["client", "--subject",
            "CN=Test Client"]])
        {
            (await RunAsync(["cert", "issue", "--ca", ca, "--ca-key", caKey, "--purpose", who[0],
                "--key", PathOf(who[0] + ".key"), "--out", PathOf(who[0] + ".crt"), .. who[1..]])).Succeeded();
        }

        return new Identities(ca, caKey, PathOf("server.crt"), PathOf("server.key"), PathOf("client.crt"), PathOf("client.key"));
    }

    private protected static async Task<string> PinOfAsync(string keyFile) =>
        (await RunAsync("key", "show", keyFile, "--json")).Succeeded().Json.GetProperty("spkiSha256").GetString()!;

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected sealed record Identities(string Ca, string CaKey, string Server, string ServerKey, string Client, string ClientKey);
}

using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>
/// A headless Chromium, which trusts an authority by an enterprise policy (and verifies certificates itself), driven over its DevTools
/// protocol. It sees a folder of policies of its own, in a mount namespace: nothing in /etc is written, and none of the machine's policies plays
/// a part. Disposing ends it.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    /// <summary>What Chromium reads; Debian's package brings the folder.</summary>
    private const string PolicyFolder = "/etc/chromium";

    /// <summary>Hides the machine's policies behind ours and becomes the browser.</summary>
    private const string InOwnNamespace = "mount --bind \"$0\" " + PolicyFolder + " && exec \"$@\"";
    private static readonly string[] Executables = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    private readonly string _profile;
    private readonly string _policies;
    private readonly Process _process;

    private Chromium(string profile, string policies, Process process, DevTools tools)
    {
        _profile = profile;
        _policies = policies;
        _process = process;
        Tools = tools;
    }

    /// <summary>The browser's protocol.</summary>
    public DevTools Tools { get; }

    /// <summary>Starts the browser.</summary>
    /// <param name="authorityPem">The authority to trust.</param>
    /// <param name="arguments">More arguments.</param>
    /// <exception cref="SkipException">Chromium is not installed, or its policies cannot be written, and this is no CI run.</exception>
    public static async Task<Chromium> StartAsync(string authorityPem, params IEnumerable<string> arguments)
    {
        string executable = Array.Find(Executables, File.Exists)
            ?? throw Missing("Chromium is not installed: apt-get install chromium.");
        if (!Directory.Exists(PolicyFolder) || Environment.UserName != "root")
            throw Missing($"Chromium's policies are replaced in a mount namespace: run the tests as root, with a {PolicyFolder}.");
        string policies = Directory.CreateTempSubdirectory("hybridtls-policies-").FullName;
        WritePolicy(policies, authorityPem);
        string profile = Directory.CreateTempSubdirectory("hybridtls-chromium-").FullName;
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo(
                "unshare",
                [
                    "--mount", "sh", "-c", InOwnNamespace, policies, executable,
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
                    "--remote-debugging-port=0", $"--user-data-dir={profile}", .. arguments, "about:blank",
                ])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            return new Chromium(profile, policies, process, await DevTools.ConnectAsync(await FindDevToolsAsync(process)));
        }
        catch
        {
            process?.Kill(entireProcessTree: true);
            process?.Dispose();
            CleanUp(profile, policies);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Tools.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        CleanUp(_profile, _policies);
    }

    /// <summary>The browser says on standard error where its protocol listens.</summary>
    private static async Task<Uri> FindDevToolsAsync(Process process)
    {
        const string Announcement = "DevTools listening on ";
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        List<string> said = [];
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new Uri(line[Announcement.Length..]);
            }

            said.Add(line);
        }

        throw new InvalidOperationException($"Chromium did not start: {string.Join('\n', said)}");
    }

    private static void WritePolicy(string folder, string authorityPem)
    {
        string certificate = string.Concat(authorityPem.Split('\n').Where(static line => !line.StartsWith('-')));
        string managed = Directory.CreateDirectory(Path.Combine(folder, "policies", "managed")).FullName;
        File.WriteAllText(Path.Combine(managed, "authority.json"), new JsonObject { ["CACertificates"] = new JsonArray(certificate.Trim()) }.ToJsonString());
    }

    private static void CleanUp(string profile, string policies)
    {
        Directory.Delete(policies, recursive: true);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                Directory.Delete(profile, recursive: true);
                return;
            }
            catch (IOException)
            {
                Thread.Sleep(50); // A process of the browser may still be writing.
            }
        }
    }

    private static Exception Missing(string reason) =>
        Repository.IsContinuousIntegration ? new InvalidOperationException(reason) : new SkipException(reason);
}

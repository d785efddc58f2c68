using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>
/// A headless Chromium, which trusts an authority by an enterprise policy (and verifies certificates itself), driven over its DevTools
/// protocol. Disposing ends it and removes the policy.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string PolicyFolder = "/etc/chromium/policies/managed";
    private static readonly string[] Executables = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    private readonly string _profile;
    private readonly string _policy;
    private readonly Process _process;

    private Chromium(string profile, string policy, Process process, DevTools tools)
    {
        _profile = profile;
        _policy = policy;
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
        string policy = Path.Combine(PolicyFolder, $"hybridtls-{Guid.NewGuid():N}.json");
        WritePolicy(policy, authorityPem);
        string profile = Directory.CreateTempSubdirectory("hybridtls-chromium-").FullName;
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo(
                executable,
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
                    "--remote-debugging-port=0", $"--user-data-dir={profile}", .. arguments, "about:blank",
                ])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            return new Chromium(profile, policy, process, await DevTools.ConnectAsync(await FindDevToolsAsync(process)));
        }
        catch
        {
            process?.Kill(entireProcessTree: true);
            process?.Dispose();
            CleanUp(profile, policy);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Tools.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        CleanUp(_profile, _policy);
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

    private static void WritePolicy(string path, string authorityPem)
    {
        string certificate = string.Concat(authorityPem.Split('\n').Where(static line => !line.StartsWith('-')));
        try
        {
            Directory.CreateDirectory(PolicyFolder);
            File.WriteAllText(path, new JsonObject { ["CACertificates"] = new JsonArray(certificate.Trim()) }.ToJsonString());
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Missing($"Chromium's policies cannot be written ({exception.Message}): run the tests as root.");
        }
    }

    private static void CleanUp(string profile, string policy)
    {
        File.Delete(policy);
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

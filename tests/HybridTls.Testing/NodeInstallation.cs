using System.ComponentModel;
using System.Diagnostics;

namespace HybridTls.Tests;

/// <summary>
/// Finds a Node whose OpenSSL has ML-KEM and ML-DSA (3.5 or later): the one that <c>HYBRIDTLS_NODE</c> names, else the one that
/// <c>npm ci --prefix tests/node</c> installs, else the <c>node</c> of the PATH.
/// </summary>
public static class NodeInstallation
{
    private static readonly Version NeededOpenSsl = new(3, 5);
    private static readonly Lazy<(string? Path, string Reason)> Found = new(Find);

    /// <summary>The executable.</summary>
    /// <exception cref="SkipException">There is none, and this is no CI run.</exception>
    /// <exception cref="InvalidOperationException">There is none, and this is a CI run, which could have installed it.</exception>
    public static string Executable
    {
        get
        {
            if (Found.Value.Path is { } path)
                return path;

            string reason = $"{Found.Value.Reason} Install it with: npm ci --prefix tests/node";
            throw Repository.IsContinuousIntegration ? new InvalidOperationException(reason) : new SkipException(reason);
        }
    }

    private static (string? Path, string Reason) Find()
    {
        string? named = Environment.GetEnvironmentVariable("HYBRIDTLS_NODE");
        if (!string.IsNullOrEmpty(named))
        {
            return IsRecentEnough(named)
                ? (named, "")
                : (null, $"HYBRIDTLS_NODE names {named}, which is no Node with OpenSSL {NeededOpenSsl} or later.");
        }

        string installed = Repository.PathOf(
            "tests", "node", "node_modules", "node", "bin", OperatingSystem.IsWindows() ? "node.exe" : "node");
        if (File.Exists(installed) && IsRecentEnough(installed))
            return (installed, "");

        return IsRecentEnough("node") ? ("node", "") : (null, $"No Node with OpenSSL {NeededOpenSsl} or later was found.");
    }

    private static bool IsRecentEnough(string executable)
    {
        ProcessStartInfo start = new(executable, ["-p", "process.versions.openssl"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string digits = string.Concat(output.TakeWhile(c => char.IsAsciiDigit(c) || c == '.'));
            return process.ExitCode == 0 && Version.TryParse(digits, out Version? version) && version >= NeededOpenSsl;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

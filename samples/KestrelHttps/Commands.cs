using System.Text;

namespace KestrelHttps;

/// <summary>The commands with which other programs open the page.</summary>
internal static class Commands
{
    public static async Task PrintAsync(int port, SampleAuthority authority)
    {
        StringBuilder text = new();
        text.AppendLine($"Serving https://localhost:{port}/ until Ctrl+C. Clients must trust {authority.CertificatePath}");
        text.AppendLine();
        text.AppendLine("Node 26 fetches what protects its connection (npx downloads it):");
        text.AppendLine($"  npx --yes node@26 -e \"{Node(port, authority.CertificatePath)}\"");
        text.AppendLine();
        text.AppendLine("Chromium opens the page and verifies the certificate itself, once the authority is in a policy (as root; Chrome reads");
        text.AppendLine("/etc/opt/chrome/policies/managed instead; remove the file to end the trust):");
        text.AppendLine("  sudo mkdir -p /etc/chromium/policies/managed");
        text.AppendLine(
            "  echo '{\"CACertificates\":[\"'$(grep -v -- ----- \"" + authority.CertificatePath + "\" | tr -d '\\n')'\"]}' | " +
            "sudo tee /etc/chromium/policies/managed/hybridtls-sample.json >/dev/null");
        text.AppendLine($"  chromium https://localhost:{port}/");
        await Console.Out.WriteLineAsync(text);
    }

    private static string Node(int port, string authorityPath) =>
        $"require('https').get('https://localhost:{port}/connection', {{ ca: require('fs').readFileSync('{authorityPath}') }}, " +
        "r => { console.log(r.socket.getEphemeralKeyInfo().name); r.pipe(process.stdout); })";
}

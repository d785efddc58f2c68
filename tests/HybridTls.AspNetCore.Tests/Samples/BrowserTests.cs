using System.Globalization;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>A real browser opens the sample KestrelHttps and verifies the certificates itself.</summary>
[Collection(SharedKestrel.Name)]
public sealed class BrowserTests(RunningKestrel kestrel)
{
    /// <summary>Names a file that the page's picture is written to (docs/images/kestrel-https.png is one).</summary>
    private static readonly string? Picture = Environment.GetEnvironmentVariable("HYBRIDTLS_PICTURE");

    [Fact]
    public async Task Chromium_trusts_and_uses_the_page_and_refuses_a_wrong_name_and_another_authority()
    {
        await using Chromium browser = await Chromium.StartAsync(kestrel.Authority, "--host-resolver-rules=MAP elsewhere.test 127.0.0.1, MAP localhost 127.0.0.1");
        BrowserPage page = await browser.Tools.OpenPageAsync();
        Assert.Null(await page.NavigateAsync($"https://localhost:{kestrel.Port}/"));
        await AssertProtectedAsync(page);
        await AssertWebSocketAsync(page);
        await AssertDownloadsAsync(page);
        await AssertFormAsync(page);

        Assert.Equal("net::ERR_CERT_COMMON_NAME_INVALID", await page.NavigateAsync($"https://elsewhere.test:{kestrel.Port}/"));

        await using RunningKestrel stranger = new();
        await stranger.InitializeAsync();
        Assert.Equal("net::ERR_CERT_AUTHORITY_INVALID", await page.NavigateAsync($"https://localhost:{stranger.Port}/"));

        // Refusals are the browser's, not the servers': ours still serves it.
        BrowserPage another = await browser.Tools.OpenPageAsync();
        Assert.Null(await another.NavigateAsync($"https://localhost:{kestrel.Port}/"));
        await TakePictureAsync(another);
    }

    /// <summary>The server's view, which the page shows, and the browser's own.</summary>
    private static async Task AssertProtectedAsync(BrowserPage page)
    {
        Assert.Equal("X25519MLKEM768", await page.GetTextAsync("group"));
        Assert.Equal("ML-DSA-65", await page.GetTextAsync("signature"));
        Assert.Equal("HTTP/2", await page.GetTextAsync("http"));
        Assert.StartsWith("TLS_", await page.GetTextAsync("cipher"), StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d ms$", await page.GetTextAsync("handshake"));
        Assert.Equal("full handshake", await page.GetTextAsync("resumed"));
        Assert.Matches(@"(?s)localhost.*SHA-256.*HybridTls sample CA on .*SHA-256", await page.GetTextAsync("chain"));
        Assert.DoesNotContain("{{", await page.EvaluateAsync("document.documentElement.outerHTML"), StringComparison.Ordinal);

        JsonNode response = await page.GetResponseAsync();
        Assert.Equal(("h2", "secure"), ((string?)response["protocol"], (string?)response["securityState"]));
        JsonNode security = response["securityDetails"]!;
        Assert.Equal(("TLS 1.3", "X25519MLKEM768"), ((string?)security["protocol"], (string?)security["keyExchangeGroup"]));
        Assert.Equal(0x0905, (int)security["serverSignatureAlgorithm"]!);
        Assert.Equal("localhost", (string?)security["subjectName"]);
        Assert.StartsWith("HybridTls sample CA on ", (string?)security["issuer"], StringComparison.Ordinal);
    }

    private static async Task AssertFormAsync(BrowserPage page)
    {
        await page.EvaluateAsync("document.querySelector('input[name=message]').value = 'a <b>form</b> & ümlauts'");
        Assert.Equal(
            "The server received: a <b>form</b> & ümlauts",
            await page.ClickAsync("form button", "posted", static text => text.Length > 0));
        Assert.EndsWith("/form", await page.EvaluateAsync("location.pathname"), StringComparison.Ordinal);
    }

    private static async Task AssertWebSocketAsync(BrowserPage page) => Assert.Equal(
        "The server said: is there an echo?", await page.ClickAsync("#echo", "echoed", static text => text.Length > 0));

    private static async Task AssertDownloadsAsync(BrowserPage page)
    {
        string fetched = await page.ClickAsync("#fetch", "fetched", static text => text.Length > 0 && !text.StartsWith("Fetching", StringComparison.Ordinal));
        Assert.Matches("^50 MiB in .* s, SHA-256 matches$", fetched);

        string folder = Directory.CreateTempSubdirectory("hybridtls-download-").FullName;
        try
        {
            await page.DownloadToAsync(folder);
            await page.EvaluateAsync("document.querySelector('a[download]').click()");
            await page.WaitForAsync(static (method, parameters) => method == "Browser.downloadProgress" && (string?)parameters["state"] == "completed");
            Assert.Equal(50 << 20, new FileInfo(Path.Combine(folder, "hybridtls-50MiB.bin")).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TakePictureAsync(BrowserPage page)
    {
        const int Width = 1100;
        await page.ResizeAsync(Width, 600);
        int height = int.Parse(
            (await page.EvaluateAsync("Math.ceil(document.querySelector('main').getBoundingClientRect().height)"))!, CultureInfo.InvariantCulture);
        await page.ResizeAsync(Width, height);
        byte[] picture = await page.CaptureAsync();
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        if (Picture is not null)
            await File.WriteAllBytesAsync(Picture, picture);
    }
}

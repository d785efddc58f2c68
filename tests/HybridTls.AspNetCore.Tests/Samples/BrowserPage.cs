using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>A page of a browser.</summary>
internal sealed class BrowserPage(DevTools tools, string session, string context)
{
    public async Task EnableAsync()
    {
        await SendAsync("Page.enable");
        await SendAsync("Network.enable");
    }

    /// <summary>Opens an address.</summary>
    /// <returns>The browser's error, such as net::ERR_CERT_AUTHORITY_INVALID; null if there is none.</returns>
    public async Task<string?> NavigateAsync(string address)
    {
        tools.ForgetEvents();
        JsonNode result = await SendAsync("Page.navigate", new JsonObject { ["url"] = address });
        if ((string?)result["errorText"] is { Length: > 0 } error)
            return error;
        await tools.WaitForAsync(session, static (method, _) => method == "Page.loadEventFired");
        return null;
    }

    /// <summary>What the browser says of the response that the page came in: protocol, securityDetails, ...</summary>
    public async Task<JsonNode> GetResponseAsync() => (await tools.WaitForAsync(
        session, static (method, parameters) => method == "Network.responseReceived" && (string?)parameters["type"] == "Document"))["response"]!;

    /// <summary>Runs an expression in the page; a promise is awaited.</summary>
    public async Task<string?> EvaluateAsync(string expression)
    {
        JsonNode result = await SendAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true, ["userGesture"] = true });
        return result["exceptionDetails"] is { } thrown
            ? throw new InvalidOperationException($"{expression}: {thrown.ToJsonString()}")
            : result["result"]!["value"]?.ToString();
    }

    /// <summary>The text of the element with an id.</summary>
    public Task<string?> GetTextAsync(string id) => EvaluateAsync($"document.getElementById('{id}')?.textContent.trim()");

    /// <summary>Clicks, and waits until the text of an element matches.</summary>
    public async Task<string> ClickAsync(string selector, string id, Func<string, bool> ready)
    {
        await EvaluateAsync($"document.querySelector(`{selector}`).click()");
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            try
            {
                if (await GetTextAsync(id) is { } text && ready(text))
                    return text;
            }
            catch (InvalidOperationException)
            {
                // The click leads to another page, which is being loaded.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"#{id} says: {await GetTextAsync(id)}");
    }

    /// <summary>Lets downloads go into a folder, under their own names.</summary>
    public Task DownloadToAsync(string folder) => SendAsync("Browser.setDownloadBehavior", new JsonObject
    {
        ["behavior"] = "allow",
        ["browserContextId"] = context,
        ["downloadPath"] = folder,
        ["eventsEnabled"] = true,
    });

    /// <summary>Gives the page a size in CSS pixels, on a screen of high resolution.</summary>
    public Task ResizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1.5,
        ["mobile"] = false,
    });

    /// <summary>A picture of the whole page, PNG.</summary>
    public async Task<byte[]> CaptureAsync()
    {
        JsonNode result = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        return Convert.FromBase64String((string)result["data"]!);
    }

    public Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) => tools.SendAsync(method, parameters, session);

    public Task<JsonNode> WaitForAsync(Func<string, JsonNode, bool> wanted) => tools.WaitForAsync(session, wanted);
}

using System.Net;
using GrpcOrHttp2;
using HybridTls;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;

using Identities identities = new();
using HybridTlsCredential orders = identities.Issue("orders", CertificatePurposes.Server, "localhost");
using HybridTlsCredential shop = identities.Issue("shop", CertificatePurposes.Client);
await using WebApplication service = await OrderService.StartAsync(orders, callers: identities.Trusted);
int port = new Uri(service.Urls.Single()).Port;

using HybridTlsHttpHandler handler = new(new HybridTlsClientOptions { Credential = shop, PeerValidation = identities.Trusted });
handler.OnConnected = static (endpoint, parameters, _) =>
    Console.WriteLine($"connected: {parameters.ApplicationProtocol}, {parameters.Group}, {parameters.SignatureScheme}, {parameters.CipherSuite}");

using HttpClient client = new(handler)
{
    BaseAddress = new Uri($"https://localhost:{port}/"),
    DefaultRequestVersion = HttpVersion.Version20,
    DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
};

Console.WriteLine($"the server says: {await client.GetStringAsync(new Uri("protection", UriKind.Relative))}");

string[] answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(number => client.GetStringAsync(new Uri($"orders/{number}", UriKind.Relative))));
int connections = answers.Select(static answer => answer.Split(' ')[^1]).Distinct().Count();
Console.WriteLine($"100 requests at a time, on {connections} connection: {answers[0][..answers[0].IndexOf(" on ", StringComparison.Ordinal)]}, ...");

using LinesContent lines = new();
using HttpRequestMessage request = new(HttpMethod.Post, "shout")
{
    Content = lines,
    Version = HttpVersion.Version20,
    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
};
using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
using StreamReader shouted = new(await response.Content.ReadAsStreamAsync());
foreach (string word in (string[])["hello", "post-quantum", "world"])
{
    lines.Write(word);
    Console.WriteLine($"duplex: {word} -> {await shouted.ReadLineAsync()}");
}

lines.Complete();
Console.WriteLine($"duplex: end -> {await shouted.ReadLineAsync() ?? "end"}");

try
{
    using HttpRequestMessage inTheClear = new(HttpMethod.Get, $"http://localhost:{port}/protection");
    await client.SendAsync(inTheClear);
    Console.WriteLine("http:// was answered: that must not happen");
}
catch (InvalidOperationException)
{
    Console.WriteLine("http:// is refused before anything is sent");
}

await service.StopAsync();

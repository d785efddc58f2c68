using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BedrockEcho;
using HybridTls;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["echo.internal"] });
using HybridTlsCredential credential = HybridTlsCredential.Create(certificate, key, leaveOpen: true);
await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
InProcessTransport transport = new();
InProcessEndPoint endPoint = new("echo");

Server server = new ServerBuilder(services)
    .Listen(endPoint, transport, builder => builder.UseHybridTls(credential).Run(EchoAsync))
    .Build();
await server.StartAsync();
Console.WriteLine($"echo listens at {endPoint}, hosted by {server.GetType().Assembly.GetName().Name}");

Client client = new ClientBuilder(services)
    .UseConnectionFactory(transport)
    .UseHybridTlsClient(options =>
    {
        options.TargetHost = "echo.internal";
        options.PeerValidation = PeerValidation.TrustAnchors(certificate);
    })
    .Build();
await using (ConnectionContext connection = await client.ConnectAsync(endPoint))
{
    IHybridTlsFeature tls = connection.Features.GetRequiredFeature<IHybridTlsFeature>();
    Console.WriteLine($"connected: {tls.Group}, {tls.SignatureScheme}, {tls.CipherSuite}");
    foreach (string word in (string[])["hello", "post-quantum", "world"])
        Console.WriteLine($"{word} -> {await AskAsync(connection.Transport, word)}");

    string much = new('x', 1 << 20);
    Console.WriteLine($"1 MiB -> {(await AskAsync(connection.Transport, much) == much ? "the same" : "something else")}");
}

using MLDsa otherKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
Client stranger = new ClientBuilder(services)
    .UseConnectionFactory(transport)
    .UseHybridTlsClient(options => options.PeerValidation = PeerValidation.PinnedPublicKeys(otherKey))
    .Build();
try
{
    await using ConnectionContext connection = await stranger.ConnectAsync(endPoint);
    Console.WriteLine("connected to a server with another key: that must not happen");
}
catch (HybridTlsException exception)
{
    Console.WriteLine($"refused: {exception.Failure}, {exception.Alert}");
}

await server.StopAsync();
Console.WriteLine("stopped");
return;

static Task EchoAsync(ConnectionContext connection) => connection.Transport.Input.CopyToAsync(connection.Transport.Output);

// Sends a text and reads as many bytes; both at a time, since the echo does not wait for the end either.
static async Task<string> AskAsync(IDuplexPipe pipe, string text)
{
    byte[] sent = Encoding.UTF8.GetBytes(text);
    Task sending = pipe.Output.WriteAsync(sent).AsTask();
    ReadResult result = await pipe.Input.ReadAtLeastAsync(sent.Length);
    string answer = Encoding.UTF8.GetString(result.Buffer);
    pipe.Input.AdvanceTo(result.Buffer.End);
    await sending;
    return answer;
}

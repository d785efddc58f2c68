using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls;
using KestrelHttps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

SampleAuthority kept;
try
{
    kept = SampleAuthority.LoadOrCreate(arguments.Folder);
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
{
    await Console.Error.WriteLineAsync(
        $"The authority in {arguments.Folder} cannot be used: remove ca.crt and ca.key there, or name another folder with --data. {exception.Message}");
    return 1;
}

using SampleAuthority authority = kept;
using HybridTlsCredential credential = authority.IssueServer();
using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(credential.Certificates[0].Span);

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a start that fails is reported below
builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
if (arguments.Ring is { } ring)
{
    // Servers with one key ring and one application name resume each other's sessions.
    builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(ring)).SetApplicationName("KestrelHttps");
    builder.Services.AddHybridTlsTicketProtection(static options => options.RevocationCheckInterval = TimeSpan.FromSeconds(1));
}

builder.WebHost.ConfigureKestrel(kestrel =>
    kestrel.ListenLocalhostOrAnyPort(arguments.Port, endpoint => endpoint.UseHybridTls(credential))); // the one line

await using WebApplication application = builder.Build();
application.UseWebSockets();
application.MapPages(new CertificateChain(certificate, authority.Certificate));
try
{
    await application.StartAsync();
}
catch (Exception exception) when (exception is SocketException or IOException)
{
    string reason = exception.InnerException is SocketException or AddressInUseException ? "is taken" : $"cannot be opened ({exception.Message})";
    await Console.Error.WriteLineAsync($"Port {arguments.Port} {reason}: choose another with --port.");
    return 1;
}

int port = new Uri(application.Urls.First()).Port;
await SelfCall.RunAsync(port, authority.Certificate);
if (arguments.Once)
{
    await application.StopAsync();
    return 0;
}

await Commands.PrintAsync(port, authority);
await application.WaitForShutdownAsync();
Console.WriteLine("Stopped.");
return 0;

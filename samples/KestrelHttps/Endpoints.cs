using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelHttps;

/// <summary>Where Kestrel listens.</summary>
internal static class Endpoints
{
    /// <summary>On the loopback's IPv4 and IPv6 addresses; on IPv4 alone if any free port will do, since it could not be the same.</summary>
    public static void ListenLocalhostOrAnyPort(this KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        if (port == 0)
            kestrel.Listen(IPAddress.Loopback, 0, configure);
        else
            kestrel.ListenLocalhost(port, configure);
    }
}

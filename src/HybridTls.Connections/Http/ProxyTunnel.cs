using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HybridTls.Connections;

/// <summary>A tunnel through an HTTP proxy (RFC 9110 §9.3.6): what goes through it is protected by us, end to end.</summary>
internal static class ProxyTunnel
{
    /// <summary>The longest head of a proxy's answer, in bytes.</summary>
    private const int MaxHead = 16 * 1024;

    /// <summary>Asks <paramref name="proxy"/> for a tunnel.</summary>
    /// <returns>The transport to the target.</returns>
    /// <exception cref="HttpRequestException">The proxy cannot be reached, or refuses.</exception>
    public static async Task<Stream> OpenAsync(Uri proxy, ICredentials? credentials, DnsEndPoint target, CancellationToken cancellationToken)
    {
        if (proxy.Scheme != Uri.UriSchemeHttp)
        {
            throw new HttpRequestException(
                HttpRequestError.ProxyTunnelError,
                $"The proxy {proxy.GetLeftPart(UriPartial.Authority)} is not an http proxy: HybridTlsHttpHandler opens tunnels through http proxies only.");
        }

        // Credentials are given to a proxy that asks for them, and not before; most close the connection with their question.
        (Stream? tunnel, int status, bool asksForBasic) = await AskAsync(proxy, target, authorization: null, cancellationToken).ConfigureAwait(false);
        if (tunnel is null && status == (int)HttpStatusCode.ProxyAuthenticationRequired && asksForBasic
            && credentials?.GetCredential(proxy, "Basic") is { } credential)
        {
            string user = string.IsNullOrEmpty(credential.Domain) ? credential.UserName : $"{credential.Domain}\\{credential.UserName}";
            string authorization = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{credential.Password}"));
            (tunnel, status, _) = await AskAsync(proxy, target, authorization, cancellationToken).ConfigureAwait(false);
        }

        return tunnel ?? throw new HttpRequestException(
            HttpRequestError.ProxyTunnelError,
            $"The proxy {proxy.Host}:{proxy.Port} refuses a tunnel to {target.Host}:{target.Port} with status {status}"
                + (status == (int)HttpStatusCode.ProxyAuthenticationRequired ? ": set Proxy.Credentials (Basic is supported)." : "."),
            statusCode: (HttpStatusCode)status);
    }

    private static async Task<(Stream? Tunnel, int Status, bool AsksForBasic)> AskAsync(
        Uri proxy, DnsEndPoint target, string? authorization, CancellationToken cancellationToken)
    {
        string host = target.Host.Contains(':', StringComparison.Ordinal) ? $"[{target.Host.Trim('[', ']')}]" : target.Host;
        string authority = $"{host}:{target.Port.ToString(CultureInfo.InvariantCulture)}";
        string request = $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
            + (authorization is null ? "" : $"Proxy-Authorization: Basic {authorization}\r\n") + "\r\n";
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        NetworkStream? stream = null;
        byte[] head = ArrayPool<byte>.Shared.Rent(MaxHead);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(proxy.IdnHost, proxy.Port), cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken).ConfigureAwait(false);
            int length = await ReadHeadAsync(stream, head, cancellationToken).ConfigureAwait(false);
            int status = ParseStatus(head.AsSpan(0, length), out bool asksForBasic);
            if (status is >= 200 and < 300)
            {
                NetworkStream tunnel = stream;
                stream = null;
                return (tunnel, status, false);
            }

            return (null, status, asksForBasic);
        }
        catch (Exception exception) when (exception is SocketException || (exception is IOException && !cancellationToken.IsCancellationRequested))
        {
            throw new HttpRequestException(
                HttpRequestError.ProxyTunnelError, $"The proxy {proxy.Host}:{proxy.Port} opens no tunnel to {authority}: {exception.Message}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(head, clearArray: true);
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            else if (!socket.Connected)
                socket.Dispose();
        }
    }

    /// <summary>Reads to the end of the head and not beyond: what follows is the target's.</summary>
    private static async Task<int> ReadHeadAsync(NetworkStream stream, byte[] head, CancellationToken cancellationToken)
    {
        for (int length = 0; length < MaxHead;)
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken).ConfigureAwait(false) == 0)
                throw new IOException("it closed the connection.");
            length++;
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return length;
        }

        throw new IOException($"its answer has a head of more than {MaxHead} bytes.");
    }

    private static int ParseStatus(ReadOnlySpan<byte> head, out bool asksForBasic)
    {
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        asksForBasic = lines.Any(static line =>
            line.StartsWith("Proxy-Authenticate:", StringComparison.OrdinalIgnoreCase)
            && line.AsSpan("Proxy-Authenticate:".Length).Contains("Basic", StringComparison.OrdinalIgnoreCase));
        ReadOnlySpan<char> first = lines[0];
        if (!first.StartsWith("HTTP/1.", StringComparison.Ordinal) || first.Length < 12
            || !int.TryParse(first[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            throw new IOException("it does not speak HTTP.");
        }

        return status;
    }
}

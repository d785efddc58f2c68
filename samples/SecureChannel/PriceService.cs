using System.Net;
using System.Net.Sockets;
using HybridTls;

namespace SecureChannel;

/// <summary>The service that answers: it knows the public keys of those who may ask, and nothing of certificates.</summary>
internal sealed class PriceService(HybridTlsCredential credential, PeerValidation callers) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly HybridTlsServerOptions _options = new()
    {
        Credential = credential,
        ClientCertificateMode = ClientAuthenticationMode.RequireCertificate,
        AcceptRawPublicKeys = true,
        PeerValidation = callers,
    };

    private Task _accepting = Task.CompletedTask;

    public IPEndPoint Start()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
        return (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Accepts no more, and waits for those who are connected, but not for long.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _stopping.CancelAfter(Grace);
        await _accepting;
        _listener.Dispose();
        _closing.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptAsync(_closing.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using SocketPipe transport = new(socket);
        await using HybridTlsConnection channel = new(transport);
        try
        {
            await channel.AuthenticateAsServerAsync(_options, _stopping.Token);
            Console.WriteLine($"[prices] a caller came, key {KeyName.Of(channel.Parameters.PeerPublicKey)}");
            await foreach (Message request in channel.Input.ReadMessagesAsync(_stopping.Token))
            {
                Answer(request).Write(channel.Output);
                await channel.Output.FlushAsync(_stopping.Token);
            }
        }
        catch (HybridTlsException exception)
        {
            Console.WriteLine($"[prices] refused: {exception.Failure}, {exception.Alert}");
        }
        catch (IOException exception)
        {
            Console.WriteLine($"[prices] lost a caller: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private static Message Answer(Message request) => request with
    {
        Text = request.Text switch
        {
            "price of tea" => "4.20",
            "price of cake" => "3.50",
            _ => $"no such thing: {request.Text}",
        },
    };
}

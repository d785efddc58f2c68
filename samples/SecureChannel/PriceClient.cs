using System.Collections.Concurrent;
using System.Net;
using HybridTls;

namespace SecureChannel;

/// <summary>The service that asks: many requests at a time over one channel.</summary>
internal sealed class PriceClient : IAsyncDisposable
{
    private readonly SocketPipe _transport;
    private readonly HybridTlsConnection _channel;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<string>> _waiting = new();
    private readonly Task<IOException> _reading;
    private uint _number;

    private PriceClient(SocketPipe transport, HybridTlsConnection channel)
    {
        _transport = transport;
        _channel = channel;
        _reading = ReadAsync();
    }

    public NegotiatedParameters Parameters => _channel.Parameters;

    /// <exception cref="HybridTlsException">One side does not know the other's key.</exception>
    public static async Task<PriceClient> ConnectAsync(
        IPEndPoint address, HybridTlsCredential credential, PeerValidation service, CancellationToken cancellationToken = default)
    {
        HybridTlsClientOptions options = new()
        {
            Credential = credential,
            AcceptRawPublicKeys = true,
            PeerValidation = service,
        };
        SocketPipe transport = await SocketPipe.ConnectAsync(address, cancellationToken);
        HybridTlsConnection channel = new(transport);
        try
        {
            await channel.AuthenticateAsClientAsync(options, cancellationToken);
            return new PriceClient(transport, channel);
        }
        catch
        {
            await channel.DisposeAsync();
            await transport.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="IOException">The channel ended before the answer came; as <see cref="HybridTlsException"/> it says why.</exception>
    public async Task<string> AskAsync(string question, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        uint number = Interlocked.Increment(ref _number);
        _waiting[number] = answer;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            new Message(number, question).Write(_channel.Output);
            await _channel.Output.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The peer is gone; what it said before, if anything, is the better reason, and comes from the reader.
        }
        finally
        {
            _writing.Release();
        }

        await Task.WhenAny(answer.Task, _reading).WaitAsync(cancellationToken);
        return answer.Task.IsCompleted ? await answer.Task : throw await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.Output.CompleteAsync();
        await _reading;
        await _channel.DisposeAsync();
        await _transport.DisposeAsync();
        _writing.Dispose();
    }

    /// <summary>Hands the answers out until the channel ends.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<IOException> ReadAsync()
    {
        try
        {
            await foreach (Message response in _channel.Input.ReadMessagesAsync(CancellationToken.None))
            {
                if (_waiting.TryRemove(response.Number, out TaskCompletionSource<string>? answer))
                    answer.TrySetResult(response.Text);
            }

            return new EndOfStreamException("The service ended the channel.");
        }
        catch (IOException exception)
        {
            return exception;
        }
    }
}

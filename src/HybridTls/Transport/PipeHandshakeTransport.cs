using System.Buffers;
using System.IO.Pipelines;
using HybridTls.Handshake;

namespace HybridTls.Transport;

/// <summary>
/// A handshake over a pair of pipes: records are written straight into the transport's memory, and what the peer sent beyond the
/// handshake stays in the transport.
/// </summary>
internal sealed class PipeHandshakeTransport(PipeReader input, PipeOutput output) : IHandshakeTransport
{
    private ReadResult _received;
    private bool _isHeld;
    private long _left;

    /// <inheritdoc/>
    public bool HasOutput => output.HasUnflushed;

    /// <inheritdoc/>
    public void Process(HandshakeMachine machine)
    {
        if (!_isHeld && !(_left > 0 && input.TryRead(out _received)))
        {
            machine.Process(default);
            return;
        }

        _isHeld = false;
        ReadOnlySequence<byte> bytes = _received.Buffer;
        SequencePosition consumed = bytes.End;
        SequencePosition examined = bytes.End;
        try
        {
            consumed = machine.Process(bytes);
            _left = bytes.Slice(consumed).Length;

            // Unless more is needed, the rest has to be found again without waiting.
            if (machine.Pending != HostTask.None || machine.IsEstablished)
                examined = consumed;
        }
        finally
        {
            input.AdvanceTo(consumed, examined);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            _received = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw TlsError.HandshakeCut(exception);
        }

        _isHeld = true;
        if (_received.Buffer.Length > _left)
            return;
        _isHeld = false;
        input.AdvanceTo(_received.Buffer.Start, _received.Buffer.End);
        if (_received.IsCanceled)
            throw new OperationCanceledException("The transport's read was cancelled during the handshake.");
        if (_received.IsCompleted)
            throw TlsError.HandshakeCut();
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!output.HasUnflushed)
            return;
        FlushResult result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
            throw new OperationCanceledException("The transport's flush was cancelled during the handshake.");
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Channels;

/// <summary>
/// An established connection as both shells see it: opening records, the write turn, key updates, failure and closing (RFC 9846 §4.7, §6).
/// It moves no bytes: the shell brings the input and an <see cref="IChannelOutput"/>.
/// </summary>
/// <remarks>
/// One thread may read while another writes. The two directions share no lock: the reading side never waits for the turn. Where it has
/// something to send and somebody is writing, it leaves a note, which whoever has the turn finds when giving it back.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim without a wait handle holds nothing to free.")]
internal sealed class SecureChannel(HandshakeMachine machine, IChannelOutput output, ChannelOwner owner)
{
    /// <summary>How long an alert may take to be handed to the transport of a connection that is lost anyway.</summary>
    public static readonly TimeSpan AlertTimeout = TimeSpan.FromSeconds(1);

    private const int NoAlert = -1;

    private readonly Established _established = machine.Established;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ExceptionDispatchInfo? _failure;
    private int _owedAlert = NoAlert;
    private int _closing;

    /// <summary>The core that the handshake left.</summary>
    public HandshakeMachine Machine => machine;

    /// <summary>Whether the peer sent close_notify: nothing follows.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Why nothing more can be read, or null.</summary>
    public ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether the alert that ends our side was sent: close_notify, or a fatal one.</summary>
    public bool IsClosed => Volatile.Read(ref _closing) != 0;

    /// <summary>Whether that alert told the peer of a fault.</summary>
    public bool HasSentFault { get; private set; }

    /// <summary>Whether data can still be sent.</summary>
    public bool IsWritable => Failure is null && output.Failure is null && !IsClosed;

    /// <summary>Opens the next record (reading side).</summary>
    /// <param name="input">Bytes from the transport.</param>
    /// <param name="consumed">The bytes used up.</param>
    /// <param name="destination">Where data goes.</param>
    /// <param name="length">The bytes of data, or the size that the destination must have.</param>
    /// <returns><see cref="RecordReadKind.None"/> when more input is needed. What else happened has been dealt with.</returns>
    /// <exception cref="HybridTlsException">The peer broke a rule, or sent a fatal alert.</exception>
    public RecordReadKind Open(ReadOnlySpan<byte> input, out int consumed, Span<byte> destination, out int length)
    {
        bool found = machine.Reader.TryRead(input, out consumed, destination, out RecordReadResult result);
        length = result.Length;
        return found ? Take(result) : RecordReadKind.None;
    }

    /// <summary>As the other overload, for input in pieces; <paramref name="input"/> is cut to what is left.</summary>
    public RecordReadKind Open(ref ReadOnlySequence<byte> input, Span<byte> destination, out int length)
    {
        SequencePosition consumed = input.Start, examined = input.Start;
        bool found = machine.Reader.TryRead(input, ref consumed, ref examined, destination, out RecordReadResult result);
        input = input.Slice(consumed);
        length = result.Length;
        return found ? Take(result) : RecordReadKind.None;
    }

    /// <summary>Keeps a failure of the reading side as <see cref="Failure"/>, unless there is one already.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool Fail(Exception exception) => // HT-ALERT-7
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null) is null;

    /// <summary>Tells the peer the alert of <see cref="Failure"/>, if it is one that the peer does not know.</summary>
    public ValueTask ReportFailureAsync() // HT-SHELL-7
    {
        if (Failure is not { SourceException: HybridTlsException { Failure: HybridTlsFailure.AlertSent, Alert: { } alert } })
            return default;
        Volatile.Write(ref _owedAlert, (int)alert);
        return SendOwedAlertAsync();
    }

    /// <summary>Waits for the write turn (writing side).</summary>
    /// <exception cref="ObjectDisposedException">The connection was disposed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WriteTurn> EnterWriteAsync(CancellationToken cancellationToken)
    {
        owner.Gate.Enter(owner.Shell);
        try
        {
            if (!_turn.Wait(0, CancellationToken.None))
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new WriteTurn(this);
        }
        catch
        {
            owner.Gate.Exit();
            throw;
        }
    }

    /// <summary>Takes the write turn if nobody has it and the connection is not disposed.</summary>
    public bool TryEnterWrite(out WriteTurn turn)
    {
        turn = default;
        if (!owner.Gate.TryEnter())
            return false;
        if (!_turn.Wait(0, CancellationToken.None))
        {
            owner.Gate.Exit();
            return false;
        }

        turn = new WriteTurn(this);
        return true;
    }

    /// <summary>Gives the turn back, and sees to the note that the reading side may have left meanwhile.</summary>
    internal void ExitWrite()
    {
        _turn.Release();
        if (Volatile.Read(ref _owedAlert) != NoAlert)
            Forget(SendOwedAlertAsync());
        owner.Gate.Exit();
    }

    /// <summary>Refuses to send what cannot arrive.</summary>
    /// <exception cref="HybridTlsException">The connection is lost.</exception>
    /// <exception cref="InvalidOperationException">Our side was closed.</exception>
    public void ThrowIfNotWritable()
    {
        ThrowIfLost();
        if (IsClosed)
            throw new InvalidOperationException("Writing is not allowed after our side was shut down for writing.");
    }

    /// <summary>Renews the key that protects what we send (§4.7.3).</summary>
    /// <param name="requestPeer">Also asks the peer to renew its own.</param>
    /// <param name="cancellationToken">Ends the wait for the transport.</param>
    public async ValueTask UpdateKeysAsync(bool requestPeer, CancellationToken cancellationToken)
    {
        using WriteTurn turn = await EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfNotWritable();
        _established.KeyUpdates.Write(output, requestPeer);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends our side with close_notify; what the peer sends can still be read (§6.1). Once is enough.</summary>
    /// <exception cref="HybridTlsException">The connection is lost.</exception>
    public async ValueTask CloseAsync(CancellationToken cancellationToken) // HT-SHELL-3
    {
        using WriteTurn turn = await EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfLost();
        await EndAsync(TlsAlert.CloseNotify, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends the alert that ends our side, unless one was sent. The caller has the turn.</summary>
    public ValueTask EndAsync(TlsAlert alert, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
            return default;
        HasSentFault = alert != TlsAlert.CloseNotify;
        machine.WriteAlert(alert);
        return output.FlushAsync(cancellationToken);
    }

    /// <summary>Exports keying material (§7.5).</summary>
    public void Export(string label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(label);
        owner.Gate.Enter(owner.Shell);
        try
        {
            _established.Secrets.Export(label, context, destination);
        }
        finally
        {
            owner.Gate.Exit();
        }
    }

    /// <summary>Exports keying material of <paramref name="length"/> bytes (§7.5).</summary>
    public byte[] Export(string label, ReadOnlySpan<byte> context, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _established.Secrets.MaxExportedLength);
        byte[] exported = new byte[length];
        Export(label, context, exported.AsSpan());
        return exported;
    }

    /// <summary>The channel binding <c>tls-exporter</c> (RFC 9266), 32 bytes.</summary>
    public byte[] GetChannelBinding() => Export("EXPORTER-Channel-Binding", default, 32); // HT-KEY-5

    /// <summary>Lets a task go that nobody waits for: it throws nothing, and its pooled state may be reused.</summary>
    internal static void Forget(ValueTask task) => task.Preserve();

    private RecordReadKind Take(scoped in RecordReadResult result)
    {
        switch (result.Kind)
        {
            case RecordReadKind.ApplicationData:
                _established.KeyUpdates.DataReceived();
                if (_established.KeyUpdates.IsOverdue)
                    Forget(SendOverdueKeyUpdateAsync());
                break;
            case RecordReadKind.Handshake:
                machine.Receive(HandshakeMessage.Parse(result.HandshakeMessage));
                break;
            case RecordReadKind.CloseNotify:
                IsEnded = true; // HT-ALERT-4
                break;
        }

        return result.Kind;
    }

    private void ThrowIfLost()
    {
        Failure?.Throw();
        output.Failure?.Throw();
    }

    /// <summary>
    /// Sends the KeyUpdate that has waited too long for data of ours, unless somebody is writing, who does it himself. The reader does not
    /// await it: two sides that each wait for the other to read would stand still.
    /// </summary>
    private async ValueTask SendOverdueKeyUpdateAsync()
    {
        if (!TryEnterWrite(out WriteTurn turn))
            return;
        using (turn)
        {
            if (!IsWritable)
                return;
            try
            {
                _established.KeyUpdates.WriteIfDue(output);
                await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The transport is gone, by whatever name it calls that: the next write or read reports it.
            catch (Exception)
            {
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Sends the alert of the note, unless somebody is writing, who does it when done.</summary>
    private async ValueTask SendOwedAlertAsync()
    {
        if (IsClosed || !TryEnterWrite(out WriteTurn turn))
            return;
        using (turn)
        {
            int alert = Interlocked.Exchange(ref _owedAlert, NoAlert);
            if (alert == NoAlert || output.Failure is not null)
                return;
            using CancellationTokenSource limit = new(AlertTimeout);
            try
            {
                await EndAsync((TlsAlert)alert, limit.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever the transport throws: the peer will see a truncated connection instead of the alert.
            catch (Exception)
            {
            }
#pragma warning restore CA1031
        }
    }
}

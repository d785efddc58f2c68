using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>The running hash of all handshake messages (RFC 9846 §4.1). What comes before the suite is known is kept as it is.</summary>
internal sealed class Transcript : IDisposable
{
    /// <summary>The handshake type that stands for the first ClientHello after a HelloRetryRequest.</summary>
    public const byte MessageHashType = 254;

    private byte[] _buffer = [];
    private int _buffered;
    private IncrementalHash? _hash;
    private CipherSuiteParameters? _suite;

    /// <summary>The suite whose hash is used; null until <see cref="SelectSuite"/>.</summary>
    public CipherSuiteParameters? Suite => _suite;

    /// <summary>Adds a message with its four-byte header.</summary>
    public void Append(ReadOnlySpan<byte> message)
    {
        if (_hash is not null)
        {
            _hash.AppendData(message);
            return;
        }

        if (_buffer.Length - _buffered < message.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffered + message.Length);
            _buffer.AsSpan(0, _buffered).CopyTo(larger);
            ReturnBuffer();
            _buffer = larger;
        }

        message.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += message.Length;
    }

    /// <summary>Names the suite, whose hash takes in what was kept. A second call may only name the same hash.</summary>
    public void SelectSuite(CipherSuiteParameters suite)
    {
        if (_hash is not null)
        {
            if (_suite!.Hash != suite.Hash)
                throw new InvalidOperationException("The transcript has another hash already.");
            _suite = suite;
            return;
        }

        _suite = suite;
        _hash = IncrementalHash.CreateHash(suite.Hash);
        _hash.AppendData(_buffer.AsSpan(0, _buffered));
        ReturnBuffer();
        _buffered = 0;
    }

    /// <summary>Writes the hash of all messages so far, which goes on running.</summary>
    /// <param name="destination">As long as the hash.</param>
    public void GetHash(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, SelectedSuite.HashSize, nameof(destination));
        _hash!.GetCurrentHash(destination);
    }

    /// <summary>
    /// Writes the hash of all messages so far and of <paramref name="partial"/>, without taking it in: for the ClientHello
    /// truncated before its binders (§4.3.11.2). Works before a suite is selected, with the suite of the PSK.
    /// </summary>
    public void GetHashWith(CipherSuiteParameters suite, ReadOnlySpan<byte> partial, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, suite.HashSize, nameof(destination));
        if (_hash is not null && _suite!.Hash != suite.Hash)
            throw new InvalidOperationException("The transcript has another hash already.");
        using IncrementalHash hash = _hash?.Clone() ?? IncrementalHash.CreateHash(suite.Hash);
        if (_hash is null)
            hash.AppendData(_buffer.AsSpan(0, _buffered));
        hash.AppendData(partial);
        hash.GetHashAndReset(destination);
    }

    /// <summary>
    /// Replaces the first ClientHello by message_hash (§4.1): call it when the suite is selected and only that ClientHello was
    /// appended, before HelloRetryRequest is.
    /// </summary>
    public void ReplaceWithMessageHash() // HT-KEY-2
    {
        int size = SelectedSuite.HashSize;
        Span<byte> message = stackalloc byte[4 + size];
        BinaryPrimitives.WriteInt32BigEndian(message, (MessageHashType << 24) | size);
        _hash!.GetHashAndReset(message[4..]);
        _hash.AppendData(message);
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose()
    {
        _hash?.Dispose();
        ReturnBuffer();
    }

    private CipherSuiteParameters SelectedSuite => _suite ?? throw new InvalidOperationException("The suite is not known yet.");

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}

using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;

namespace HybridTls.Resumption;

/// <summary>What a ticket holds: the session as the server will need it again. It is sealed by an <see cref="ITicketProtector"/>.</summary>
internal sealed class ServerSession : IDisposable
{
    private const byte FormatVersion = 1;

    /// <summary>The size of <see cref="Binding"/> in bytes: one SHA-256 hash.</summary>
    public const int BindingSize = 32;

    private readonly SecretMemory _psk;

    private ServerSession(ReadOnlySpan<byte> psk) => _psk = SecretMemory.CopyOf(psk);

    /// <summary>The suite of the session; its hash is the pre-shared key's.</summary>
    public required CipherSuiteParameters Suite { get; init; }

    /// <summary>The times.</summary>
    public required SessionTimes Times { get; init; }

    /// <summary>What the session was agreed on under, as one hash (<see cref="BindingSize"/> bytes).</summary>
    public required byte[] Binding { get; init; }

    /// <summary>Whether <see cref="PeerCertificates"/> is a raw public key.</summary>
    public required bool PeerUsedRawPublicKey { get; init; }

    /// <summary>The client's certificates, leaf first, or its raw public key; empty if it did not authenticate.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; }

    /// <summary>The pre-shared key, as long as the suite's hash.</summary>
    public ReadOnlySpan<byte> Psk => _psk.Bytes;

    /// <summary>Writes a session.</summary>
    public static void Write(
        TlsWriter writer,
        TlsCipherSuite suite,
        ReadOnlySpan<byte> psk,
        SessionTimes times,
        ReadOnlySpan<byte> binding,
        bool peerUsedRawPublicKey,
        IReadOnlyList<ReadOnlyMemory<byte>> peerCertificates)
    {
        writer.WriteUInt8(FormatVersion);
        writer.WriteUInt16((int)suite);
        WriteTime(writer, times.AuthenticatedAt);
        WriteTime(writer, times.IssuedAt);
        writer.WriteUInt32((uint)times.Lifetime.TotalSeconds);
        writer.WriteUInt32(times.AgeAdd);
        writer.WriteVector8(psk);
        writer.WriteVector8(binding);
        writer.WriteUInt8(peerUsedRawPublicKey ? 1 : 0);
        using LengthScope list = writer.BeginVector24();
        foreach (ReadOnlyMemory<byte> certificate in peerCertificates)
            writer.WriteVector24(certificate.Span);
    }

    /// <summary>Reads a session and clears the array that a protector opened it into: its secret has an owner from now on.</summary>
    /// <returns>Null for what is no session of this version, or of a suite that this platform lacks.</returns>
    public static ServerSession? Parse(byte[] encoded)
    {
        try
        {
            return Read(encoded);
        }
        catch (HybridTlsException)
        {
            return null; // sealed by another version of us, or by a protector that does not authenticate
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _psk.Dispose();

    private static ServerSession? Read(ReadOnlySpan<byte> encoded)
    {
        var reader = new TlsReader(encoded, "session");
        if (reader.ReadUInt8() != FormatVersion || CipherSuiteParameters.Find(reader.ReadUInt16()) is not { } suite)
            return null;
        DateTimeOffset authenticatedAt = ReadTime(ref reader);
        DateTimeOffset issuedAt = ReadTime(ref reader);
        TimeSpan lifetime = TimeSpan.FromSeconds(reader.ReadUInt32());
        uint ageAdd = reader.ReadUInt32();
        ReadOnlySpan<byte> psk = reader.ReadVector8(suite.HashSize, suite.HashSize);
        byte[] binding = reader.ReadVector8(BindingSize, BindingSize).ToArray();
        bool raw = reader.ReadUInt8() != 0;
        var list = new TlsReader(reader.ReadVector24(), "session");
        reader.ExpectEnd();
        List<ReadOnlyMemory<byte>> certificates = [];
        while (!list.IsEmpty)
            certificates.Add(list.ReadVector24(minimum: 1).ToArray());
        return new ServerSession(psk)
        {
            Suite = suite,
            Times = new SessionTimes(authenticatedAt, issuedAt, lifetime, ageAdd),
            Binding = binding,
            PeerUsedRawPublicKey = raw,
            PeerCertificates = certificates,
        };
    }

    private static void WriteTime(TlsWriter writer, DateTimeOffset time)
    {
        long milliseconds = time.ToUnixTimeMilliseconds();
        writer.WriteUInt32(unchecked((uint)(milliseconds >> 32)));
        writer.WriteUInt32(unchecked((uint)milliseconds));
    }

    private static DateTimeOffset ReadTime(ref TlsReader reader)
    {
        long milliseconds = (long)reader.ReadUInt32() << 32 | reader.ReadUInt32();
        if (milliseconds is < 0 or > 100_000_000_000_000)
            TlsError.Throw(FailureReason.MalformedMessage, "session", "a time out of range");
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// PKCS#8's PrivateKeyInfo (RFC 5958 OneAsymmetricKey), read into its parts. The private key is one of three (RFC 9881 §6, RFC 9935 §6):
/// <c>CHOICE { seed [0] IMPLICIT OCTET STRING, expandedKey OCTET STRING, both SEQUENCE { seed, expandedKey } }</c>.
/// </summary>
internal sealed class PrivateKeyInfo : IDisposable
{
    // INTEGER 0 (3 bytes) and SEQUENCE { OBJECT IDENTIFIER of 9 bytes } (13 bytes).
    private const int VersionAndAlgorithmSize = 16;

    private static readonly Asn1Tag SeedTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag AttributesTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag PublicKeyTag = new(TagClass.ContextSpecific, 1);

    private PrivateKeyInfo()
    {
    }

    /// <summary>The private seed, if present. At least one of this and <see cref="ExpandedKey"/> is.</summary>
    public SecretMemory? Seed { get; private set; }

    /// <summary>The expanded private key, if present.</summary>
    public SecretMemory? ExpandedKey { get; private set; }

    /// <summary>The public key, if present.</summary>
    public byte[]? PublicKey { get; private set; }

    /// <summary>Reads a PrivateKeyInfo. That its parts belong together is for the caller to check.</summary>
    /// <exception cref="CryptographicException">The source is no BER PrivateKeyInfo of this algorithm.</exception>
    /// <exception cref="NotSupportedException">It holds a key of another parameter set.</exception>
    public static PrivateKeyInfo Read(KeyFormat format, ReadOnlySpan<byte> source)
    {
        PrivateKeyInfo result = new();
        try
        {
            Asn1Reader info = Asn1Reader.OnlySequence(source, AsnEncodingRules.BER);
            int version = info.ReadCount();
            if (version > 1)
                throw new AsnContentException("The version of a PrivateKeyInfo must be 0 or 1.");
            AlgorithmIdentifier.Expect(format, ref info);
            using (SecretMemory content = SecretMemory.Cleared(source.Length))
            {
                content.Shrink(info.CopyOctetsUpTo(content.Bytes));
                result.ReadPrivateKey(format, content.Bytes);
            }

            if (info.NextIs(AttributesTag))
                info.ReadEncoded(out _);

            // RFC 5958 §2: version 1 (v2) if and only if the public key is present; version 1 without it is harmless.
            if (version == 1 && info.NextIs(PublicKeyTag))
            {
                result.PublicKey = new byte[format.PublicKeySize];
                info.CopyBitOctets(result.PublicKey, PublicKeyTag);
            }

            info.ThrowIfNotEmpty();
            return result;
        }
        catch (AsnContentException exception)
        {
            result.Dispose();
            throw Asn1Reader.Malformed(exception);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>The algorithm of a key, as the content of its OBJECT IDENTIFIER; false if the source is no PrivateKeyInfo.</summary>
    public static bool TryReadAlgorithm(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> oid)
    {
        try
        {
            Asn1Reader info = Asn1Reader.OnlySequence(source, AsnEncodingRules.BER);
            info.ReadCount();
            oid = info.ReadSequence().ReadOid();
            return true;
        }
        catch (AsnContentException)
        {
            oid = default;
            return false;
        }
    }

    /// <summary>The size in bytes of what <see cref="TryWrite"/> writes.</summary>
    public static int SizeOf(KeyFormat format, bool isSeed)
    {
        int choice = SizeOfValue(isSeed ? format.SeedSize : format.ExpandedKeySize);
        return SizeOfValue(VersionAndAlgorithmSize + SizeOfValue(choice));
    }

    /// <summary>Writes a PrivateKeyInfo: the seed form, or the expandedKey form.</summary>
    /// <param name="format">The algorithm.</param>
    /// <param name="key">The seed or the expanded key; the length tells which.</param>
    /// <param name="destination">Receives the DER encoding; untouched when too short.</param>
    /// <param name="bytesWritten">The number of bytes written.</param>
    /// <returns>Whether <paramref name="destination"/> was long enough.</returns>
    public static bool TryWrite(KeyFormat format, ReadOnlySpan<byte> key, Span<byte> destination, out int bytesWritten)
    {
        bool isSeed = key.Length == format.SeedSize;
        int size = SizeOf(format, isSeed);
        if (destination.Length < size)
        {
            bytesWritten = 0;
            return false;
        }

        // Written by hand, not with an AsnWriter: that would leave the key in an unpinned buffer of its own.
        Span<byte> rest = destination;
        int choice = SizeOfValue(key.Length);
        WriteHeader(ref rest, 0x30, VersionAndAlgorithmSize + SizeOfValue(choice));
        Span<byte> algorithm = stackalloc byte[VersionAndAlgorithmSize];
        WriteVersionAndAlgorithm(format, algorithm);
        algorithm.CopyTo(rest);
        rest = rest[algorithm.Length..];
        WriteHeader(ref rest, 0x04, choice);
        WriteHeader(ref rest, isSeed ? (byte)0x80 : (byte)0x04, key.Length);
        key.CopyTo(rest);
        bytesWritten = size;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Seed?.Dispose();
        ExpandedKey?.Dispose();
    }

    private static void WriteVersionAndAlgorithm(KeyFormat format, Span<byte> destination)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteInteger(0);
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(format.Oid);
        writer.Encode(destination);
    }

    private static int SizeOfValue(int length) => 1 + (length < 0x80 ? 1 : length < 0x100 ? 2 : 3) + length;

    private static void WriteHeader(ref Span<byte> destination, byte tag, int length)
    {
        int size = SizeOfValue(length) - length;
        destination[0] = tag;
        if (size == 2)
        {
            destination[1] = (byte)length;
        }
        else if (size == 3)
        {
            destination[1] = 0x81;
            destination[2] = (byte)length;
        }
        else
        {
            destination[1] = 0x82;
            destination[2] = (byte)(length >> 8);
            destination[3] = (byte)length;
        }

        destination = destination[size..];
    }

    private void ReadPrivateKey(KeyFormat format, ReadOnlySpan<byte> content)
    {
        Asn1Reader choice = new(content, 0, AsnEncodingRules.BER);
        if (choice.NextIs(SeedTag))
        {
            Seed = SecretMemory.Cleared(format.SeedSize);
            choice.CopyOctets(Seed.Bytes, SeedTag);
        }
        else if (choice.NextIs(Asn1Tag.PrimitiveOctetString))
        {
            ExpandedKey = SecretMemory.Cleared(format.ExpandedKeySize);
            choice.CopyOctets(ExpandedKey.Bytes);
        }
        else
        {
            Asn1Reader both = choice.ReadSequence();
            Seed = SecretMemory.Cleared(format.SeedSize);
            both.CopyOctets(Seed.Bytes);
            ExpandedKey = SecretMemory.Cleared(format.ExpandedKeySize);
            both.CopyOctets(ExpandedKey.Bytes);
            both.ThrowIfNotEmpty();
        }

        choice.ThrowIfNotEmpty();
    }
}

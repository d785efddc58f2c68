using System.Runtime.InteropServices;

namespace HybridTls.Messages;

/// <summary>psk_key_exchange_modes (RFC 9846 §4.3.9): how the client lets pre-shared keys be used.</summary>
internal static class PskKeyExchangeModesExtension
{
    /// <summary>Reads the list; it may hold unknown modes.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error).</exception>
    public static ReadOnlySpan<PskKeyExchangeMode> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "psk_key_exchange_modes", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> modes = reader.ReadVector8(minimum: 1);
        reader.ExpectEnd();
        return MemoryMarshal.Cast<byte, PskKeyExchangeMode>(modes);
    }

    /// <summary>Writes the extension.</summary>
    public static void Write(TlsWriter writer, params ReadOnlySpan<PskKeyExchangeMode> modes)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.PskKeyExchangeModes);
        writer.WriteVector8(MemoryMarshal.AsBytes(modes));
    }
}

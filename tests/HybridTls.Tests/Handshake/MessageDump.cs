using System.Globalization;
using System.Net.Security;
using System.Text;
using HybridTls.Messages;

namespace HybridTls.Tests.Handshake;

/// <summary>A hello message as text: every field and extension, long contents abbreviated.</summary>
internal static class MessageDump
{
    private const int Shown = 24;

    public static string Hello(string title, byte[] message)
    {
        EditableMessage hello = new(message);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{title}, {message.Length:N0} bytes\n");
        Line(text, "legacy_version", [(byte)(hello.Version >> 8), (byte)hello.Version]);
        Line(text, "random", hello.Random);
        Line(text, "legacy_session_id", hello.SessionId);
        if (message[0] == (byte)HandshakeType.ClientHello)
        {
            foreach (byte[] suite in hello.Tail[2..^2].Chunk(2))
                Line(text, "cipher suite", suite, NameOfSuite((suite[0] << 8) | suite[1]));
            Line(text, "compression methods", hello.Tail[^1..]);
        }
        else
        {
            Line(text, "cipher suite", hello.Tail[..2], NameOfSuite((hello.Tail[0] << 8) | hello.Tail[1]));
            Line(text, "compression method", hello.Tail[2..]);
        }

        foreach ((ExtensionType type, byte[] data) in hello.Extensions)
        {
            string name = Grease.IsReserved((ushort)type) ? "reserved" : type.ToString();
            text.Append(CultureInfo.InvariantCulture, $"  extension 0x{(ushort)type:X4} {name}, {data.Length:N0} bytes\n");
            if (data.Length > 0)
                text.Append("    ").Append(Hex(data)).Append('\n');
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, byte[] value, string meaning = "") =>
        text.Append("  ").Append(name.PadRight(22)).Append($"{Hex(value)}  {meaning}".TrimEnd()).Append('\n');

    private static string NameOfSuite(int suite) => Grease.IsReserved((ushort)suite) ? "reserved" : ((TlsCipherSuite)suite).ToString();

    private static string Hex(byte[] bytes)
    {
        string shown = string.Join(' ', bytes.Take(bytes.Length > Shown + 8 ? Shown : bytes.Length).Select(static b => b.ToString("x2", CultureInfo.InvariantCulture)));
        return bytes.Length > Shown + 8 ? $"{shown} … ({bytes.Length:N0} bytes)" : shown;
    }
}

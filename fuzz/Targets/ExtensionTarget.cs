using System.Buffers.Binary;
using HybridTls.Messages;

namespace HybridTls.Fuzz.Targets;

/// <summary>One extension in one message: a byte for the message, two for the type, then the data.</summary>
internal static class ExtensionTarget
{
    /// <summary>Any extension in any message.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        if (input.Length < 3)
            return "too short";
        if (input.Length > 60_000)
            return "too long"; // for the message around it
        byte[] message = [input[0], .. ExtensionCarrier.Write(Context(input), Type(input), input[3..])];
        string outcome = Properties.Parse(message, static bytes => ExtensionCarrier.Parse(Context(bytes), bytes[1..]));
        if (outcome != Properties.Accepted)
            return outcome;
        using var writer = new TlsWriter();
        ExtensionWriter.Write(writer, Context(input), Type(input), input[3..]);
        if (writer.Length != 4 + input.Length - 3)
            throw new FuzzFailureException("An extension is written with another length than it was read with.");
        Properties.CheckEqual(input[3..], writer.Written[4..], "What was accepted is written as it was read");
        return $"accepted {Context(input)} {ExtensionRules.Permitted(Type(input))}";
    }

    private static ExtensionContext Context(ReadOnlySpan<byte> input) => (ExtensionContext)(1 << (input[0] % 7));

    private static ExtensionType Type(ReadOnlySpan<byte> input) => (ExtensionType)BinaryPrimitives.ReadUInt16BigEndian(input[1..]);
}

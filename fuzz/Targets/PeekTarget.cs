using System.Buffers;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Fuzz.Targets;

/// <summary>The look at a ClientHello that an endpoint with a fallback takes.</summary>
internal static class PeekTarget
{
    /// <summary>The choice is the same however the bytes arrive, is never taken back, and is ours only for a ClientHello that our parser takes.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        ClientHelloPeek whole = new(), split = new();
        bool isJudged = whole.TryJudge(new ReadOnlySequence<byte>(bytes), out FallbackReason reason);
        bool isSplitJudged = false;
        foreach (int end in Splitting.Random(bytes).Append(bytes.Length))
        {
            isSplitJudged = split.TryJudge(Splitting.Segmented(bytes.AsMemory(0, end), Splitting.Random(bytes)), out FallbackReason found);
            if (!isSplitJudged)
                continue;
            Properties.Check(isJudged && found == reason, "Bytes that come in pieces are judged as the whole.");
            break;
        }

        Properties.Check(isSplitJudged == isJudged, "What is judged as a whole is judged in pieces.");
        if (isJudged && reason == FallbackReason.None)
        {
            using RecordReader reader = new();
            Properties.Check(
                reader.TryRead(bytes, out _, default, out RecordReadResult result) && result.Kind == RecordReadKind.Handshake
                    && ClientHello.Parse(HandshakeMessage.Parse(result.HandshakeMessage).Body).OffersTls13,
                "Who gets HybridTls has sent a ClientHello of TLS 1.3 that its record layer and its parser take.");
        }

        return isJudged ? reason.ToString() : "more is needed";
    }
}

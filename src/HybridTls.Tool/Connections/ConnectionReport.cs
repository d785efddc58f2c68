using System.Net.Security;
using System.Text.Json.Nodes;
using HybridTls.Tool.Files;
using HybridTls.Tool.Inspection;
using Spectre.Console;

namespace HybridTls.Tool.Connections;

/// <summary>What a client's handshake agreed on, and how long its flights took.</summary>
/// <param name="Target">HOST:PORT.</param>
/// <param name="Address">The address that answered.</param>
/// <param name="Parameters">What was agreed on.</param>
/// <param name="TcpConnected">When the TCP connection stood, names resolved.</param>
/// <param name="Established">When the handshake was complete.</param>
/// <param name="Flights">The flights of the handshake.</param>
/// <param name="Warnings">What was let pass.</param>
internal sealed record ConnectionReport(
    string Target,
    string Address,
    NegotiatedParameters Parameters,
    TimeSpan TcpConnected,
    TimeSpan Established,
    IReadOnlyList<Flight> Flights,
    IReadOnlyList<string> Warnings)
{
    /// <summary>More than a Finished message has: a client's flight with a certificate or a raw key.</summary>
    private const int AuthenticatedFlightSize = 1024;

    /// <summary>What became of a second connection with the ticket of the first; null if none was tried.</summary>
    public string? Resumption { get; init; }

    /// <summary>The code point's name.</summary>
    public static string NameOf(NamedGroup group) => Inspection.CodePoints.Group((ushort)group);

    /// <summary>The code point's name.</summary>
    public static string NameOf(SignatureScheme scheme) => Inspection.CodePoints.Signature((ushort)scheme);

    /// <summary>The protocol's name; null if none was negotiated.</summary>
    public static string? NameOf(SslApplicationProtocol protocol) => protocol.Protocol.IsEmpty ? null : protocol.ToString();

    /// <summary>Prints the report.</summary>
    public void Show(IAnsiConsole screen)
    {
        screen.Write(new Text($"connected to {Target} ({Address})\n", Layout.Strong));
        Grid facts = Layout.FactGrid();
        facts.Fact("protocol", "TLS 1.3" + (Parameters.IsResumed ? ", resumed" : ", full handshake"));
        facts.Fact("key agreement", NameOf(Parameters.Group) + (Parameters.UsedHelloRetryRequest ? ", after HelloRetryRequest" : ""));
        facts.Fact("signature", NameOf(Parameters.SignatureScheme));
        facts.Fact("cipher suite", Parameters.CipherSuite.ToString());
        facts.Fact("application", NameOf(Parameters.ApplicationProtocol) is { } protocol ? ToolConsole.Printable(protocol) : "no ALPN");
        facts.Fact("server name", Parameters.ServerName ?? "not sent");
        if (Resumption is not null)
            facts.Fact("second time", Resumption);
        if (Parameters.PeerUsedRawPublicKey)
        {
            facts.Fact("server's key", "raw public key, ML-DSA-65");
            facts.Fact("pin", KeyFile.PinOf(Parameters.PeerPublicKey.Span));
        }

        screen.Write(facts);
        if (!Parameters.PeerUsedRawPublicKey)
            screen.Write(CertificateView.ToTree([.. Parameters.PeerCertificates.Select(static der => der.ToArray())], "certificate chain"));
        screen.Write(TimeTable());
        foreach (string warning in Warnings)
            screen.Write(new Text("warning: " + ToolConsole.OneLine(warning) + "\n", Layout.Warning));
    }

    /// <summary>The report as JSON.</summary>
    public JsonObject ToJson()
    {
        JsonObject document = new()
        {
            ["target"] = Target,
            ["address"] = Address,
            ["protocol"] = "TLS 1.3",
            ["group"] = NameOf(Parameters.Group),
            ["signatureScheme"] = NameOf(Parameters.SignatureScheme),
            ["cipherSuite"] = Parameters.CipherSuite.ToString(),
            ["applicationProtocol"] = NameOf(Parameters.ApplicationProtocol),
            ["serverName"] = Parameters.ServerName,
            ["resumed"] = Parameters.IsResumed,
            ["helloRetryRequest"] = Parameters.UsedHelloRetryRequest,
            ["rawPublicKey"] = Parameters.PeerUsedRawPublicKey,
            ["peerSpkiSha256"] = KeyFile.PinOf(Parameters.PeerPublicKey.Span),
            ["certificatesPem"] = new JsonArray(
                [.. Parameters.PeerCertificates.Select(static der => JsonValue.Create(System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", der.Span)))]),
            ["certificates"] = new JsonArray([.. Parameters.PeerCertificates.Select(static der => CertificateView.ToJson(der.ToArray()))]),
            ["tcpMs"] = Round(TcpConnected),
            ["handshakeMs"] = Round(Established - TcpConnected),
            ["flights"] = new JsonArray([.. Flights.Select((flight, index) => new JsonObject
            {
                ["from"] = flight.Sender == Direction.FromClient ? "client" : "server",
                ["messages"] = MessagesOf(index),
                ["startMs"] = Round(flight.Start),
                ["endMs"] = Round(flight.End),
                ["sizeInBytes"] = flight.Size,
            })]),
        };
        if (Resumption is not null)
            document["secondConnection"] = Resumption;
        if (Warnings.Count > 0)
            document["warnings"] = new JsonArray([.. Warnings.Select(static warning => JsonValue.Create(warning))]);
        return document;
    }

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private Table TimeTable()
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderStyle(Layout.Dim);
        table.AddColumn(new TableColumn("flight"));
        foreach (string header in (string[])["at", "lasted", "bytes"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        table.AddRow(
            Layout.Plain("TCP connection"),
            Layout.Plain(Layout.Milliseconds(TimeSpan.Zero)),
            Layout.Plain(Layout.Milliseconds(TcpConnected)),
            Layout.Plain(""));
        for (int i = 0; i < Flights.Count; i++)
        {
            Flight flight = Flights[i];
            table.AddRow(
                Layout.Plain((flight.Sender == Direction.FromClient ? "→ " : "← ") + MessagesOf(i)),
                Layout.Plain(Layout.Milliseconds(flight.Start)),
                Layout.Plain(Layout.Milliseconds(flight.End - flight.Start)),
                Layout.Plain(flight.Size.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)));
        }

        table.AddRow(
            new Text("handshake", Layout.Strong), Layout.Plain(Layout.Milliseconds(TcpConnected)),
            new Text(Layout.Milliseconds(Established - TcpConnected), Layout.Strong),
            Layout.Plain(Flights.Sum(static flight => flight.Size).ToString("N0", System.Globalization.CultureInfo.InvariantCulture)));
        return table;
    }

    /// <summary>The names of a flight's messages, which its place in the handshake tells.</summary>
    private string MessagesOf(int index)
    {
        bool retried = Parameters.UsedHelloRetryRequest;
        int last = Flights.Count - 1;
        if (Flights[index].Sender == Direction.FromServer)
            return retried && index == 1 ? "HelloRetryRequest" : "ServerHello … Finished";
        if (index == 0 || (retried && index == 2))
            return index == 0 ? "ClientHello" : "ClientHello, again";
        return index < last || Flights[index].Size < AuthenticatedFlightSize ? "Finished" : "Certificate … Finished";
    }
}

using System.Net;
using System.Text.Json.Nodes;
using HybridTls.Tool.Files;
using Spectre.Console;

namespace HybridTls.Tool.Connections;

/// <summary>
/// What a server tells of its connections: lines for people on standard error, or a JSON document a line on standard output.
/// </summary>
internal sealed class ListenReport(ToolConsole console, bool json)
{
    private readonly Lock _lock = new();

    /// <summary>The server is ready.</summary>
    public void Listening(IPEndPoint at, HybridTlsCredential credential, bool ephemeral, string conversation, ClientAuthenticationMode mode)
    {
        string pin = KeyFile.PinOf(credential.SubjectPublicKeyInfo.Span);
        if (json)
        {
            Write(new JsonObject
            {
                ["event"] = "listening",
                ["address"] = at.Address.ToString(),
                ["port"] = at.Port,
                ["mode"] = conversation,
                ["spkiSha256"] = pin,
                ["rawPublicKey"] = credential.IsRawPublicKey,
                ["ephemeral"] = ephemeral,
                ["clientCertificates"] = mode.ToString(),
            });
            return;
        }

        string host = at.Address.Equals(IPAddress.IPv6Any) || at.Address.Equals(IPAddress.Any) || IPAddress.IsLoopback(at.Address)
            ? "localhost" : at.Address.ToString();
        string flags = credential.IsRawPublicKey ? " --raw-public-key" : "";
        if (mode == ClientAuthenticationMode.RequireCertificate)
            flags += credential.IsRawPublicKey ? " --key FILE" : " --cert FILE --key FILE";
        lock (_lock)
        {
            IAnsiConsole screen = console.ErrorScreen;
            screen.Write(new Text($"listening on {at} ({conversation})\n", Layout.Strong));
            Grid facts = Layout.FactGrid();
            string identity = credential.IsRawPublicKey ? "raw public key" : ToolConsole.Printable(credential.ToString());
            string newIdentity = credential.IsRawPublicKey ? "a new raw public key" : "a new self-signed certificate for localhost";
            facts.Fact("identity", ephemeral ? newIdentity + ", for this run only" : identity);
            facts.Fact("clients", mode switch
            {
                ClientAuthenticationMode.RequireCertificate => "must authenticate",
                ClientAuthenticationMode.AllowCertificate => "may authenticate",
                _ => "are not asked who they are",
            });
            facts.Fact("pin", pin);
            screen.Write(facts);

            // On a line of its own and never wrapped, to be copied.
            console.Error.WriteLine($"  hybridtls connect {host}:{at.Port}{flags} --pin {pin}");
        }
    }

    /// <summary>A handshake is complete.</summary>
    public void Connected(int number, string client, NegotiatedParameters parameters, TimeSpan time)
    {
        string? name = null;
        if (parameters.IsPeerAuthenticated)
        {
            using var certificate = parameters.GetPeerCertificate();
            name = certificate?.Subject ?? "raw public key " + KeyFile.PinOf(parameters.PeerPublicKey.Span);
        }

        if (json)
        {
            Write(new JsonObject
            {
                ["event"] = "connected",
                ["connection"] = number,
                ["client"] = client,
                ["group"] = ConnectionReport.NameOf(parameters.Group),
                ["signatureScheme"] = ConnectionReport.NameOf(parameters.SignatureScheme),
                ["cipherSuite"] = parameters.CipherSuite.ToString(),
                ["applicationProtocol"] = ConnectionReport.NameOf(parameters.ApplicationProtocol),
                ["serverName"] = parameters.ServerName,
                ["peer"] = name,
                ["peerSpkiSha256"] = parameters.IsPeerAuthenticated ? KeyFile.PinOf(parameters.PeerPublicKey.Span) : null,
                ["handshakeMs"] = Math.Round(time.TotalMilliseconds, 3),
            });
            return;
        }

        string group = ConnectionReport.NameOf(parameters.Group), signature = ConnectionReport.NameOf(parameters.SignatureScheme);
        WriteLine($"#{number} {client}: {group}, {signature}, {parameters.CipherSuite}, " +
            $"{Layout.Milliseconds(time)}{(name is null ? "" : ", " + ToolConsole.Printable(name))}");
    }

    /// <summary>A connection ended well.</summary>
    public void Closed(int number, Traffic traffic)
    {
        if (json)
        {
            Write(new JsonObject
            {
                ["event"] = "closed",
                ["connection"] = number,
                ["received"] = traffic.Received,
                ["sent"] = traffic.Sent,
            });
        }
        else
        {
            WriteLine($"#{number} closed: {Layout.Bytes(traffic.Received)} received, {Layout.Bytes(traffic.Sent)} sent");
        }
    }

    /// <summary>A handshake or a connection failed.</summary>
    public void Failed(int number, string client, Traffic traffic, Exception exception)
    {
        if (!json)
        {
            WriteLine($"#{number} {client}: failed: {exception.Message}");
            return;
        }

        JsonObject document = CommandActions.Error(exception.Message, exception);
        document.Insert(0, "event", "failed");
        document.Insert(1, "connection", number);
        document["client"] = client;
        document["received"] = traffic.Received;
        document["sent"] = traffic.Sent;
        Write(document);
    }

    /// <summary>The server accepts no more connections.</summary>
    public void Stopped()
    {
        if (!json)
            WriteLine("stopped");
    }

    private void WriteLine(string text)
    {
        lock (_lock)
            console.Error.WriteLine(ToolConsole.OneLine(text));
    }

    private void Write(JsonObject document)
    {
        lock (_lock)
        {
            console.Out.WriteLine(document.ToJsonString());
            console.Out.Flush();
        }
    }
}

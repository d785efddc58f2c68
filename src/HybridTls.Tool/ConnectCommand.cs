using System.CommandLine;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;
using HybridTls.Tool.Inspection;
using HybridTls.Tool.Speed;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary><c>hybridtls connect</c>: shows what a server negotiates, then joins the terminal to it.</summary>
internal sealed class ConnectCommand
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly ToolConsole _console;
    private readonly Argument<string> _target = new("HOST:PORT") { Description = "The server, such as localhost:4433 or [::1]:4433." };
    private readonly TrustOptions _trust = new("server");
    private readonly IdentityOptions _identity = new();
    private readonly Option<string[]> _alpn = AlpnOption.Create();
    private readonly Option<string?> _serverName = new("--server-name")
    {
        Description = "The name to ask for and to expect in the certificate (default: HOST).",
        HelpName = "NAME",
    };

    private readonly Option<FileInfo?> _capture = new("--capture")
    {
        Description = "Write the traffic to FILE, for \"inspect\".",
        HelpName = "FILE",
    };
    private readonly Option<FileInfo?> _keyLog = new("--key-log")
    {
        Description = "Write the connection's secrets to FILE (NSS key log): whoever has them reads the traffic.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _chain = new("--chain")
    {
        Description = "Write the certificates that the server sent to FILE, as PEM.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Connect a second time with the server's ticket and say whether it resumes; closes, as with --probe.",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Overwrite the files of --capture, --key-log and --chain." };
    private readonly Option<bool> _probe = new("--probe")
    {
        Description = "Close after the handshake instead of joining the terminal to the server.",
    };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document and close, as with --probe." };

    private ConnectCommand(ToolConsole console) => _console = console;

    /// <summary>Builds the command.</summary>
    public static Command Create(ToolConsole console)
    {
        ConnectCommand parts = new(console);
        Command command = new(
            "connect",
            "Connect to a server, show what was negotiated, then send standard input and print what comes back.")
        {
            parts._target, parts._serverName, parts._alpn, parts._capture, parts._keyLog, parts._chain, parts._resume, parts._force,
            parts._probe, parts._json,
        };
        parts._trust.AddTo(command);
        parts._identity.AddTo(command);
        command.Run(console, parts._json, parts.RunAsync);
        return command;
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string target = parsed.GetRequiredValue(_target);
        (string host, int port) = ParseTarget(target);
        List<string> warnings = [];
        using HybridTlsCredential? credential = _identity.Read(parsed, _console);
        HybridTlsClientOptions options = ReadOptions(parsed, host, credential, warnings);
        bool force = parsed.GetValue(_force);
        using CaptureWriter? capture = parsed.GetValue(_capture) is { } captureFile
            ? new CaptureWriter(captureFile, force, $"hybridtls capture of {target}; > from the client, < from the server")
            : null;
        using StreamWriter? keyLog = OpenKeyLog(parsed, options, force);

        // So that the times are the network's and the server's, not those of our just-in-time compiler.
        await WarmUp.RunAsync(cancellationToken).ConfigureAwait(false);
        FlightLog flights = new(TimeProvider.System);
        using Socket socket = await ConnectAsync(target, host, port, cancellationToken).ConfigureAwait(false);
        TimeSpan connected = flights.Elapsed;
        string address = AddressOf(socket.RemoteEndPoint);
        await using HybridTlsStream stream = new(new TappedNetworkStream(socket, flights, capture));
        bool established = false;
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            established = true;
            TimeSpan complete = flights.Elapsed;
            ConnectionReport report = new(target, address, stream.Parameters, connected, complete, flights.Close(), warnings);
            if (parsed.GetValue(_chain) is { } chain)
                WriteChain(stream.Parameters, chain, force);
            if (parsed.GetValue(_json) || parsed.GetValue(_probe) || parsed.GetValue(_resume))
            {
                await ProbeAsync(stream, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(_resume))
                    report = report with { Resumption = await TryResumeAsync(target, host, port, options, cancellationToken).ConfigureAwait(false) };
                if (parsed.GetValue(_json))
                    CommandActions.WriteJson(_console, report.ToJson());
                else
                    report.Show(_console.Screen);
                return;
            }

            report.Show(_console.ErrorScreen);
            await JoinAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (established && cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is one of the ways to end a conversation.
        }
        catch (HybridTlsException exception)
        {
            throw ConnectionFailure.Of(exception, established);
        }
    }

    private HybridTlsClientOptions ReadOptions(ParseResult parsed, string host, HybridTlsCredential? credential, List<string> warnings)
    {
        bool raw = _identity.IsRaw(parsed);
        PeerValidation trust = _trust.Read(parsed, raw, warnings.Add, warnings.Add)
            ?? throw new ToolException(
                "It is not said whom to trust: add --ca FILE (the server's root), --pin HASH (its key), or --insecure (anybody).");
        HybridTlsClientOptions options = new()
        {
            TargetHost = parsed.GetValue(_serverName) ?? host,
            PeerValidation = trust,
            Credential = credential,
            AcceptRawPublicKeys = raw,
        };
        foreach (SslApplicationProtocol protocol in AlpnOption.Read(parsed.GetValue(_alpn)))
            options.ApplicationProtocols.Add(protocol);
        return options;
    }

    private static void WriteChain(NegotiatedParameters parameters, FileInfo file, bool force)
    {
        if (parameters.PeerCertificates.Count == 0)
            throw new ToolException("--chain: the server sent a raw public key, and no certificates.");
        OutputFile.Write(file, string.Concat(parameters.PeerCertificates.Select(static der => PemEncoding.WriteString("CERTIFICATE", der.Span) + "\n")), force);
    }

    /// <summary>Connects again: the tickets of the first connection are in the options' cache.</summary>
    private static async Task<string> TryResumeAsync(
        string target, string host, int port, HybridTlsClientOptions options, CancellationToken cancellationToken)
    {
        using Socket socket = await ConnectAsync(target, host, port, cancellationToken).ConfigureAwait(false);
        await using HybridTlsStream stream = new(new NetworkStream(socket, ownsSocket: false));
        await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        return stream.Parameters.IsResumed
            ? "resumed"
            : "not resumed: the server sent no ticket, or did not accept it";
    }

    private StreamWriter? OpenKeyLog(ParseResult parsed, HybridTlsClientOptions options, bool force)
    {
        if (parsed.GetValue(_keyLog) is not { } file)
            return null;
        AppContext.SetSwitch("HybridTls.AllowKeyLog", true);
        StreamWriter writer = new(OutputFile.CreateSecret(file, force)) { AutoFlush = true };
        options.KeyLog = line => writer.WriteLine(line);
        return writer;
    }

    private static async Task<Socket> ConnectAsync(string target, string host, int port, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw ConnectionFailure.Of(exception, target);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw ConnectionFailure.Of(new SocketException((int)SocketError.TimedOut), target);
        }
    }

    /// <summary>Says goodbye and listens a moment: a server refuses a client's certificate only after the client's last flight.</summary>
    private static async Task ProbeAsync(HybridTlsStream stream, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTime);
        byte[] dropped = new byte[4096];
        try
        {
            await stream.ShutdownAsync(limit.Token).ConfigureAwait(false);
            while (await stream.ReadAsync(dropped, limit.Token).ConfigureAwait(false) > 0)
            {
                // What the server has to say is not asked for.
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It keeps the connection open: nothing was refused.
        }
        catch (HybridTlsException exception) when (exception.Failure == HybridTlsFailure.Truncated)
        {
            // Many servers hang up without close_notify.
        }
    }

    private async Task JoinAsync(HybridTlsStream stream, CancellationToken cancellationToken)
    {
        Stream input = _console.OpenInput(), output = _console.OpenOutput();
        long sent = 0, received = 0;
        Task sending = Task.Run(async () =>
        {
            await CopyAsync(input, stream, count => sent += count, cancellationToken).ConfigureAwait(false);
            await stream.ShutdownAsync(cancellationToken).ConfigureAwait(false);
        }, CancellationToken.None);
        Task receiving = CopyAsync(stream, output, count => received += count, cancellationToken);

        // The server's end ends the command; standard input may block for ever in a read that nobody can cancel.
        Task first = await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        if (first == sending && sending.IsFaulted && !receiving.IsCompleted)
            await Task.WhenAny(receiving, Task.Delay(ProbeTime, cancellationToken)).ConfigureAwait(false);
        if (!receiving.IsCompleted && sending.IsFaulted)
            await sending.ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        _console.ErrorScreen.Write(new Text($"closed: {Layout.Bytes(sent)} sent, {Layout.Bytes(received)} received\n", Layout.Dim));
    }

    private static async Task CopyAsync(Stream from, Stream to, Action<int> count, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
            count(read);
        }
    }

    private static string AddressOf(EndPoint? remote) => remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : remote?.ToString() ?? "?";

    private static (string Host, int Port) ParseTarget(string target)
    {
        int colon = target.LastIndexOf(':');
        string host = colon > 0 ? target[..colon] : "";
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            host = "";
        return host.Length > 0
            && int.TryParse(target.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= IPEndPoint.MaxPort
            ? (host, port)
            : throw new ToolException($"\"{target}\" is no HOST:PORT: write localhost:4433, or [::1]:4433 for an IPv6 address.");
    }
}

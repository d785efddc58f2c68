using System.CommandLine;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Issuing;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;
using HybridTls.Tool.Speed;

namespace HybridTls.Tool;

/// <summary><c>hybridtls listen</c>: a server that echoes, discards, or sends a file.</summary>
internal sealed class ListenCommand
{
    private readonly ToolConsole _console;
    private readonly Argument<int> _port = new("PORT") { Description = "The TCP port; 0 for any free one." };
    private readonly Option<string> _address = new("--address")
    {
        Description = "The address to listen at: loopback, any, or one of this machine's.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "loopback",
    };

    private readonly IdentityOptions _identity = new();
    private readonly TrustOptions _trust = new("client");
    private readonly Option<bool> _requireClient = new("--require-client-cert")
    {
        Description = "Refuse clients that do not authenticate; needs --ca or --pin.",
    };
    private readonly Option<string[]> _alpn = AlpnOption.Create();
    private readonly Option<bool> _echo = new("--echo") { Description = "Send back what comes (the default)." };
    private readonly Option<bool> _discard = new("--discard") { Description = "Read and drop what comes." };
    private readonly Option<FileInfo?> _file = new("--file")
    {
        Description = "Send this file to each client and close.",
        HelpName = "FILE",
    };
    private readonly Option<int?> _count = new("--count")
    {
        Description = "End after N connections instead of with Ctrl+C.",
        HelpName = "N",
    };
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON document for each event, one a line." };

    private ListenCommand(ToolConsole console) => _console = console;

    /// <summary>Builds the command.</summary>
    public static Command Create(ToolConsole console)
    {
        ListenCommand parts = new(console);
        Command command = new("listen", "Serve connections: echo, discard, or send a file.")
        {
            parts._port, parts._address, parts._requireClient, parts._alpn, parts._echo, parts._discard, parts._file,
            parts._count, parts._json,
        };
        parts._identity.AddTo(command);
        parts._trust.AddTo(command);
        command.Run(console, parts._json, parts.RunAsync);
        return command;
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Conversation conversation = ReadConversation(parsed);
        int port = parsed.GetRequiredValue(_port);
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new ToolException($"The port {port} does not exist: give 1 to {IPEndPoint.MaxPort}, or 0 for any free one.");
        int? count = parsed.GetValue(_count);
        if (count is <= 0)
            throw new ToolException($"--count is {count}: give a positive number, or leave it away.");

        HybridTlsServerOptions options = ReadOptions(parsed);
        using HybridTlsCredential credential = ReadCredential(parsed, out bool ephemeral);
        options.Credential = credential;
        await WarmUp.RunAsync(cancellationToken).ConfigureAwait(false);
        using Socket listener = Listen(ParseAddress(parsed.GetRequiredValue(_address)), port);
        ListenReport report = new(_console, parsed.GetValue(_json));
        IPEndPoint at = (IPEndPoint)listener.LocalEndPoint!;
        report.Listening(at, credential, ephemeral, conversation.Description, options.ClientCertificateMode);

        List<Task> connections = [];
        try
        {
            for (int number = 1; count is null || number <= count; number++)
            {
                Socket socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                socket.NoDelay = true;
                ServedConnection served = new(number, socket, options, conversation, report);
                connections.RemoveAll(static connection => connection.IsCompleted);
                connections.Add(Task.Run(() => served.RunAsync(cancellationToken), CancellationToken.None));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connections under way say goodbye first.
        }

        await Task.WhenAll(connections).ConfigureAwait(false);
        report.Stopped();
    }

    private Conversation ReadConversation(ParseResult parsed)
    {
        FileInfo? file = parsed.GetValue(_file);
        int chosen = (parsed.GetValue(_echo) ? 1 : 0) + (parsed.GetValue(_discard) ? 1 : 0) + (file is null ? 0 : 1);
        if (chosen > 1)
            throw new ToolException("--echo, --discard and --file exclude each other: choose one.");
        if (file is null)
            return parsed.GetValue(_discard) ? Conversation.Discard : Conversation.Echo;
        if (!File.Exists(file.FullName))
            throw new ToolException($"There is no file {file}: name the file that clients shall get.");
        return Conversation.Send(file);
    }

    private HybridTlsServerOptions ReadOptions(ParseResult parsed)
    {
        bool raw = _identity.IsRaw(parsed), required = parsed.GetValue(_requireClient);
        PeerValidation? trust = _trust.Read(parsed, raw, warning => _console.Error.WriteLine("warning: " + warning));
        if (required && trust is null)
            throw new ToolException("--require-client-cert needs to know whom to trust: add --ca FILE or --pin HASH.");
        HybridTlsServerOptions options = new()
        {
            PeerValidation = trust,
            AcceptRawPublicKeys = raw && trust is not null,
            ClientCertificateMode = required ? ClientAuthenticationMode.RequireCertificate
                : trust is null ? ClientAuthenticationMode.NoCertificate : ClientAuthenticationMode.AllowCertificate,
        };
        foreach (SslApplicationProtocol protocol in AlpnOption.Read(parsed.GetValue(_alpn)))
            options.ApplicationProtocols.Add(protocol);
        return options;
    }

    private HybridTlsCredential ReadCredential(ParseResult parsed, out bool ephemeral)
    {
        HybridTlsCredential? named = _identity.Read(parsed, _console);
        ephemeral = named is null;
        if (named is not null)
            return named;
        MLDsa key = KeyFile.Generate();
        if (_identity.IsRaw(parsed))
            return HybridTlsCredential.FromRawPublicKey(key);
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile
        {
            Names = ["localhost", "127.0.0.1", "::1"],
            Purposes = CertificatePurposes.Server,
            Lifetime = TimeSpan.FromDays(7),
        });
        return HybridTlsCredential.Create(certificate, key);
    }

    private static IPAddress ParseAddress(string text) => text switch
    {
        "loopback" or "localhost" => IPAddress.Loopback,
        "any" => IPAddress.IPv6Any,
        _ => IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : throw new ToolException($"--address {text} is no IP address: write loopback, any, or one such as 192.0.2.1."),
    };

    private static Socket Listen(IPAddress address, int port)
    {
        if (address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
            address = IPAddress.Any;
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
                listener.DualMode = true;
            listener.Bind(new IPEndPoint(address, port));
            listener.Listen();
            return listener;
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new ToolException(
                exception.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse =>
                        $"Port {port} is in use: end the other server, or choose another port (0 for any free one).",
                    SocketError.AccessDenied => $"Port {port} may not be opened by this user: choose one above 1023.",
                    SocketError.AddressNotAvailable => $"{address} is no address of this machine: use --address any.",
                    _ => $"Port {port} at {address} cannot be opened: {exception.Message}.",
                },
                exception);
        }
    }
}

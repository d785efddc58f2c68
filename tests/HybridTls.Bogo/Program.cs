using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HybridTls.Bogo;

/// <summary>The conformance shim: BoringSSL's BoGo runner starts it for each of its tests and judges by exit code, stderr and the wire.</summary>
internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Unimplemented = 89;
    private const int Crash = 90;

    /// <summary>Plays one test.</summary>
    /// <param name="args">The flags.</param>
    /// <param name="openError">Opens where failures go; not called on success.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string[] args, Func<Stream> openError)
    {
        (int code, string message) = Judge(args);
        if (code != Success)
        {
            using Stream error = openError();
            error.Write(Encoding.UTF8.GetBytes(message + "\n"));
        }

        return code;
    }

    private static int Main(string[] args)
    {
        if (!args.AsSpan().Contains("-is-handshaker-supported"))
            return Run(args, Console.OpenStandardError);
        using Stream output = Console.OpenStandardOutput();
        output.Write("No\n"u8);
        return Success;
    }

    private static (int Code, string Message) Judge(string[] args)
    {
        try
        {
            return Play(args);
        }
        catch (UnimplementedException exception)
        {
            return (Unimplemented, exception.Message);
        }
        catch (ExpectationException exception)
        {
            return (Failure, exception.Message);
        }
#pragma warning disable CA1031 // A crash must never pass for an expected failure.
        catch (Exception exception)
        {
            return (Crash, exception.ToString());
        }
#pragma warning restore CA1031
    }

    private static (int Code, string Message) Play(string[] args)
    {

        FlagParser flags = new();
        flags.Parse(args);
        using ShimSession session = new();
        for (int i = 0; i <= flags.Initial.ResumeCount; i++)
        {
            ShimOptions options = i == 0 ? flags.Initial : flags.Resume;
            if (i > 0 && !options.IsServer && session.Sessions.IsEmpty)
                throw new ExpectationException("No session to offer.");
            using ShimConnection connection = new(options, session, isResumption: i > 0);
            ShimTransport transport = new(Connect(options), options.Async);
            try
            {
                connection.Run(transport);
            }
            catch (Exception exception) when (exception is HybridTlsException or ShimRefusalException or ExpectationException)
            {
                string error = connection.Describe(exception, transport);
                transport.CloseGracefully();
                return (Failure, error + "\n" + exception.Message);
            }

            transport.CloseGracefully();
            session.Clock.Advance(TimeSpan.FromSeconds(options.ResumptionDelay));
        }

        return (Success, "");
    }

    private static Socket Connect(ShimOptions options)
    {
        Socket socket = new(options.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(new IPEndPoint(options.IPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, options.Port));
        socket.NoDelay = true;
        Span<byte> id = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(id, options.ShimId);
        socket.Send(id);
        return socket;
    }
}

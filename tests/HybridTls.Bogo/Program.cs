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

    private static int Main(string[] args)
    {
        try
        {
            return Run(args);
        }
        catch (UnimplementedException exception)
        {
            return Fail(exception.Message, Unimplemented);
        }
        catch (ExpectationException exception)
        {
            return Fail(exception.Message, Failure);
        }
#pragma warning disable CA1031 // A crash must never pass for an expected failure.
        catch (Exception exception)
        {
            return Fail(exception.ToString(), Crash);
        }
#pragma warning restore CA1031
    }

    private static int Run(string[] args)
    {
        if (args.AsSpan().Contains("-is-handshaker-supported"))
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write("No\n"u8);
            return Success;
        }

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
                return Fail(error + "\n" + exception.Message, Failure);
            }

            transport.CloseGracefully();
            session.Clock.Advance(TimeSpan.FromSeconds(options.ResumptionDelay));
        }

        return Success;
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

    private static int Fail(string message, int code)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes(message + "\n"));
        return code;
    }
}

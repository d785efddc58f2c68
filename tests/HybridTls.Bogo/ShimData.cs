using System.Buffers.Binary;
using HybridTls.KeySchedule;

namespace HybridTls.Bogo;

/// <summary>What the shim does with an established connection: writes what flags ask for, echoes, shuts down.</summary>
internal sealed class ShimData(ShimOptions options, HybridTlsStream stream, ShimTransport transport)
{
    private const TlsAlert DecompressionFailure = (TlsAlert)30;

    private static readonly int[] RecordSizes = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769];

    /// <summary>Plays the connection to its end.</summary>
    /// <param name="beforeShutdown">Checks what must have come by then.</param>
    public void Exchange(Action beforeShutdown)
    {
        WriteSecrets();
        if (options.SendAlert)
        {
            stream.Machine.WriteAlert(DecompressionFailure);
            transport.Write(stream.Output.Memory.Span);
            stream.Output.Release();
            return;
        }

        byte[] buffer = new byte[options.ReadSize];
        if (options.WriteDifferentSizes)
        {
            foreach (int size in RecordSizes)
            {
                byte[] data = new byte[size];
                data.AsSpan().Fill(0x42);
                Write(data);
            }
        }
        else
        {
            int firstRead = options.ReadWithUnfinishedWrite ? ReadDuringInitialWrite(buffer) : 0;
            if (options.ShimWritesFirst && !options.ReadWithUnfinishedWrite)
            {
                for (int i = 0; i < options.RepeatInitialWrite; i++)
                    Write(options.InitialWrite);
            }

            if (!options.ShimShutsDown)
                Echo(buffer, firstRead);
        }

        beforeShutdown();
        if (options.CheckCloseNotify)
            Shutdown(buffer);
    }

    private void WriteSecrets()
    {
        if (options.ExportLength > 0)
        {
            byte[] exported = new byte[options.ExportLength];
            // Beneath the public method, which refuses the empty label that some tests have.
            stream.Machine.Established.Secrets.Export(options.ExportLabel, options.ExportContext, exported);
            Write(exported);
        }

        if (options.ExportTrafficSecrets)
        {
            ApplicationSecrets traffic = stream.Machine.Established.Secrets;
            ReadOnlySpan<byte> read = (options.IsServer ? traffic.Client : traffic.Server).Value;
            ReadOnlySpan<byte> write = (options.IsServer ? traffic.Server : traffic.Client).Value;
            byte[] secrets = new byte[2 + read.Length + write.Length];
            BinaryPrimitives.WriteUInt16LittleEndian(secrets, (ushort)read.Length);
            read.CopyTo(secrets.AsSpan(2));
            write.CopyTo(secrets.AsSpan(2 + read.Length));
            Write(secrets);
        }
    }

    /// <summary>Lets one byte of the first record out, reads, and then lets the rest out.</summary>
    private int ReadDuringInitialWrite(byte[] buffer)
    {
        transport.Hold();
        Task write = stream.WriteAsync(options.InitialWrite).AsTask();
        int count = Read(buffer);
        transport.Release();
        write.GetAwaiter().GetResult();
        return count;
    }

    private void Echo(byte[] buffer, int count)
    {
        while (true)
        {
            if (count == 0)
            {
                if (options.KeyUpdateBeforeRead)
                    stream.UpdateKeysAsync(requestPeer: false).GetAwaiter().GetResult();
                count = Read(buffer);
                if (count == 0)
                    return;
            }

            Span<byte> data = buffer.AsSpan(0, count);
            for (int i = 0; i < data.Length; i++)
                data[i] ^= 0xFF;
            if (options.KeyUpdate)
                stream.UpdateKeysAsync(requestPeer: false).GetAwaiter().GetResult();
            Write(buffer.AsMemory(0, count));
            count = 0;
        }
    }

    /// <summary>Sends close_notify; if the shim shuts down first, the peer's must follow.</summary>
    private void Shutdown(byte[] buffer)
    {
        stream.ShutdownAsync().GetAwaiter().GetResult();
        if (!options.ShimShutsDown)
            return;
        try
        {
            if (stream.ReadAsync(buffer).AsTask().GetAwaiter().GetResult() > 0)
                throw new ExpectationException("Unexpected SSL_shutdown result: -1 != 1\n:APPLICATION_DATA_ON_SHUTDOWN:");
        }
        catch (HybridTlsException exception) when (exception.Failure == HybridTlsFailure.Truncated)
        {
            throw new ExpectationException("Unexpected SSL_shutdown result: -1 != 1");
        }
    }

    /// <summary>Reads; 0 is the end, be it close_notify or that of the transport.</summary>
    private int Read(byte[] buffer)
    {
        try
        {
            return stream.ReadAsync(buffer).AsTask().GetAwaiter().GetResult();
        }
        catch (HybridTlsException exception) when (exception.Failure == HybridTlsFailure.Truncated)
        {
            return 0;
        }
    }

    private void Write(ReadOnlyMemory<byte> data) => stream.WriteAsync(data).AsTask().GetAwaiter().GetResult();
}

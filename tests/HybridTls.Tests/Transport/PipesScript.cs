using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace HybridTls.Tests.Transport;

/// <summary>
/// Runs a line of operations on a reader and a writer and notes what each of them does, so that two implementations can be compared.
/// </summary>
/// <remarks>
/// Writer: <c>w=abc</c> GetSpan and Advance; <c>W=abc</c> WriteAsync; <c>f</c> FlushAsync; <c>ft</c>, <c>Wt</c> with a cancelled
/// token; <c>g=n</c> GetMemory; <c>adv=n</c>; <c>u</c> UnflushedBytes; <c>cf</c> CancelPendingFlush; <c>cw</c>, <c>cwa</c> complete.
/// Reader: <c>r</c> ReadAsync; <c>t</c> TryRead; <c>l=n</c> ReadAtLeastAsync; <c>rt</c> with a cancelled token; <c>rk</c> with a token
/// that <c>k</c> cancels; <c>p</c> what became of the read that waits; <c>a=c,e</c> AdvanceTo by offsets in the last buffer, <c>a*</c>
/// everything, <c>ae</c> nothing consumed and everything examined, <c>ad</c> default positions; <c>s</c> and <c>as</c> keep and use
/// the start of a buffer; <c>cr</c> CancelPendingRead; <c>cR</c>, <c>cRa</c> complete. Both: <c>z=</c> CopyToAsync; <c>zs=</c>,
/// <c>ws=abc</c> through AsStream.
/// </remarks>
internal sealed class PipesScript(PipeReader reader, PipeWriter writer) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private Task<ReadResult>? _pending;
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _saved;

    public static async Task<List<string>> RunAsync(PipeReader reader, PipeWriter writer, string script)
    {
        using PipesScript run = new(reader, writer);
        List<string> log = [];
        foreach (string operation in script.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            log.Add($"{operation} → {await run.DoAsync(operation).WaitAsync(TimeSpan.FromSeconds(20))}");
        return log;
    }

    public void Dispose() => _cancellation.Dispose();

    private async Task<string> DoAsync(string operation)
    {
        string[] parts = operation.Split('=');
        try
        {
            return await DoAsync(parts[0], parts.Length > 1 ? parts[1] : "");
        }
        catch (Exception exception) when (exception is not KeyNotFoundException)
        {
            return exception.GetType().Name;
        }
    }

    private async Task<string> DoAsync(string name, string argument)
    {
        switch (name)
        {
            case "w":
                byte[] bytes = Data(argument);
                bytes.CopyTo(writer.GetSpan(bytes.Length));
                writer.Advance(bytes.Length);
                return "done";
            case "B":
                writer.Write(Data(argument));
                return "done";
            case "W":
                return Describe(await writer.WriteAsync(Data(argument)));
            case "Wt":
                return Describe(await writer.WriteAsync(Data(argument), new CancellationToken(true)));
            case "f":
                return Describe(await writer.FlushAsync());
            case "ft":
                return Describe(await writer.FlushAsync(new CancellationToken(true)));
            case "g":
                return (writer.GetMemory(Number(argument)).Length >= Math.Max(1, Number(argument))).ToString();
            case "adv":
                writer.Advance(Number(argument));
                return "done";
            case "u":
                return writer.UnflushedBytes.ToString(CultureInfo.InvariantCulture);
            case "cf":
                writer.CancelPendingFlush();
                return "done";
            case "cw":
                writer.Complete();
                return "done";
            case "cwa":
                await writer.CompleteAsync();
                return "done";
            case "r":
                return Take(reader.ReadAsync());
            case "rt":
                return Take(reader.ReadAsync(new CancellationToken(true)));
            case "rk":
                return Take(reader.ReadAsync(_cancellation.Token));
            case "k":
                await _cancellation.CancelAsync();
                return "done";
            case "l":
                return Take(reader.ReadAtLeastAsync(Number(argument)));
            case "t":
                if (!reader.TryRead(out ReadResult tried))
                    return "nothing";
                return Note(tried);
            case "p":
                if (!_pending!.IsCompleted)
                    return "waits";
                return Note(await _pending);
            case "a":
                string[] offsets = argument.Split(',');
                if (offsets.Length == 1)
                    reader.AdvanceTo(_buffer.GetPosition(Number(offsets[0])));
                else
                    reader.AdvanceTo(_buffer.GetPosition(Number(offsets[0])), _buffer.GetPosition(Number(offsets[1])));
                return "done";
            case "a*":
                reader.AdvanceTo(_buffer.End);
                return "done";
            case "ae":
                reader.AdvanceTo(_buffer.Start, _buffer.End);
                return "done";
            case "ad":
                reader.AdvanceTo(default, default);
                return "done";
            case "s":
                _saved = _buffer.Start;
                return "done";
            case "as":
                reader.AdvanceTo(_saved);
                return "done";
            case "cr":
                reader.CancelPendingRead();
                return "done";
            case "cR":
                reader.Complete();
                return "done";
            case "cRa":
                await reader.CompleteAsync();
                return "done";
            case "z":
                using (MemoryStream copy = new())
                {
                    await reader.CopyToAsync(copy);
                    return Encoding.ASCII.GetString(copy.ToArray());
                }

            case "zs":
                using (StreamReader lines = new(reader.AsStream()))
                    return await lines.ReadToEndAsync();
            case "ws":
                await using (Stream stream = writer.AsStream(leaveOpen: true))
                {
                    await stream.WriteAsync(Data(argument));
                    await stream.FlushAsync();
                }

                return "done";
            default:
                throw new KeyNotFoundException(name);
        }
    }

    /// <summary>A number means so many letters.</summary>
    private static byte[] Data(string argument)
    {
        if (!int.TryParse(argument, CultureInfo.InvariantCulture, out int length))
            return Encoding.ASCII.GetBytes(argument);
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
            data[i] = (byte)('a' + (i % 25));
        return data;
    }

    private static int Number(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);

    private static string Describe(FlushResult result) =>
        $"flushed{(result.IsCanceled ? " canceled" : "")}{(result.IsCompleted ? " completed" : "")}";

    private string Take(ValueTask<ReadResult> reading)
    {
        if (reading.IsCompleted)
            return Note(reading.GetAwaiter().GetResult());
        _pending = reading.AsTask();
        return "waits";
    }

    private string Note(ReadResult result)
    {
        _buffer = result.Buffer;
        string data = Encoding.ASCII.GetString(_buffer);
        if (data.Length > 80)
            data = $"{data[..8]}… {data.Length} #{Convert.ToHexString(SHA256.HashData(_buffer.ToArray()))[..8]}";
        return $"\"{data}\"{(result.IsCanceled ? " canceled" : "")}{(result.IsCompleted ? " completed" : "")}";
    }
}

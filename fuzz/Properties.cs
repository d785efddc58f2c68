using System.Text.RegularExpressions;

namespace HybridTls.Fuzz;

/// <summary>The properties that targets share.</summary>
internal static class Properties
{
    private static readonly Regex Numbers = new("0x[0-9A-F]+|[0-9]+");

    // The exception, its message and stack trace, and what the runtime sets up when it throws for the first time.
    private const int RefusalAllocation = 64 * 1024;

    /// <summary>The outcome of an input that was accepted.</summary>
    public const string Accepted = "accepted";

    /// <summary>Demands that <paramref name="condition"/> holds.</summary>
    public static void Check(bool condition, string property)
    {
        if (!condition)
            throw new FuzzFailureException(property);
    }

    /// <summary>Demands that two encodings are equal.</summary>
    public static void CheckEqual(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string property)
    {
        if (!expected.SequenceEqual(actual))
            throw new FuzzFailureException($"{property}: expected {Convert.ToHexString(expected)}, is {Convert.ToHexString(actual)}");
    }

    /// <summary>
    /// Runs a parser and demands that it refuses only in the documented way and does not allocate: nothing when it accepts, the
    /// exception when it refuses.
    /// </summary>
    /// <returns>The outcome.</returns>
    public static string Parse(ReadOnlySpan<byte> input, Action<ReadOnlySpan<byte>> parser)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            parser(input);
        }
        catch (HybridTlsException exception)
        {
            long refused = GC.GetAllocatedBytesForCurrentThread() - before;
            Check(refused <= RefusalAllocation, $"A refusal allocates {refused} bytes.");
            return Refused(exception);
        }
        catch (Exception exception)
        {
            throw new FuzzFailureException($"{exception.GetType().Name} leaves the parser: {exception.Message}", exception);
        }

        // The first run of a path may initialise types; a second one allocates only what the path itself does.
        if (GC.GetAllocatedBytesForCurrentThread() != before)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            parser(input);
            long accepted = GC.GetAllocatedBytesForCurrentThread() - before;
            Check(accepted == 0, $"Parsing allocates {accepted} bytes.");
        }

        return Accepted;
    }

    /// <summary>Demands that a refusal is one that a codec may have, and describes it.</summary>
    public static string Refused(HybridTlsException exception)
    {
        Check(
            exception is
            {
                Failure: HybridTlsFailure.AlertSent,
                Alert: TlsAlert.DecodeError or TlsAlert.IllegalParameter or TlsAlert.MissingExtension or TlsAlert.ProtocolVersion,
            },
            $"An undocumented refusal: {exception.Failure} {exception.Alert} {exception.Message}");
        return $"{exception.Alert}: {WithoutNumbers(exception.Message)}";
    }

    /// <summary>A message without its numbers: otherwise each length would count as a new outcome.</summary>
    public static string WithoutNumbers(string message) => Numbers.Replace(message, "#");
}

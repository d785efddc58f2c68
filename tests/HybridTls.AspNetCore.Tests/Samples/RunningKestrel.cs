using System.Globalization;
using System.Text.RegularExpressions;

namespace HybridTls.Tests.Samples;

/// <summary>The sample KestrelHttps, serving on a free port while the tests that ask for it run.</summary>
public sealed class RunningKestrel : IAsyncLifetime
{
    private static readonly Regex PortNumber = new(@":(\d+)/");

    private readonly string _folder = Directory.CreateTempSubdirectory("hybridtls-kestrel-").FullName;
    private SampleProcess? _sample;

    public int Port { get; private set; }

    /// <summary>The PEM text of the authority.</summary>
    public string Authority { get; private set; } = "";

    /// <summary>What the sample printed.</summary>
    public string Output => _sample!.Output;

    public async ValueTask InitializeAsync()
    {
        _sample = SampleProcess.Start("KestrelHttps", "--port", "0", "--data", _folder);
        string line = await _sample.WaitForLineAsync(static line => line.StartsWith("  chromium https://", StringComparison.Ordinal));
        Port = int.Parse(PortNumber.Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
        Authority = await File.ReadAllTextAsync(Path.Combine(_folder, "ca.crt"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_sample is not null)
            await _sample.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

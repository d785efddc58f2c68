using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace HybridTls.Benchmarks;

/// <summary>The two endpoints under comparison, in a process of their own, so that its processor time is the servers' alone.</summary>
internal sealed class KestrelEndpoints : IDisposable
{
    private readonly Process _process;

    private KestrelEndpoints(Process process, int hybridPort, int httpsPort, X509Certificate2 root, X509Certificate2 classical)
    {
        _process = process;
        HybridPort = hybridPort;
        HttpsPort = httpsPort;
        Root = root;
        Classical = classical;
    }

    /// <summary>Where <c>UseHybridTls</c> listens.</summary>
    public int HybridPort { get; }

    /// <summary>Where <c>UseHttps</c> listens.</summary>
    public int HttpsPort { get; }

    /// <summary>The certificate of <c>UseHybridTls</c>, which signed itself.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The certificate of <c>UseHttps</c>.</summary>
    public X509Certificate2 Classical { get; }

    /// <summary>The processor time that the servers took so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts this program again as the server.</summary>
    public static KestrelEndpoints Start()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(KestrelEndpoints).Assembly.Location);
        start.ArgumentList.Add(KestrelServer.CommandName);
        Process process = Process.Start(start)!;
        string[] facts = (process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The server did not start.")).Split(' ');
        return new KestrelEndpoints(
            process,
            int.Parse(facts[0], CultureInfo.InvariantCulture),
            int.Parse(facts[1], CultureInfo.InvariantCulture),
            X509CertificateLoader.LoadCertificate(Convert.FromBase64String(facts[2])),
            X509CertificateLoader.LoadCertificate(Convert.FromBase64String(facts[3])));
    }

    /// <summary>Ends the servers.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
        Root.Dispose();
        Classical.Dispose();
    }
}

using System.Xml.Linq;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>One server's services over a key ring that tests share, revoke and take away.</summary>
internal sealed class KeyRing : IDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>A server of its own over <paramref name="storage"/>.</summary>
    public KeyRing(
        FlakyStorage storage, Action<HybridTlsTicketProtectionOptions>? configure = null, TimeProvider? time = null, string application = "fleet")
    {
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug));
        if (time is not null)
            services.AddSingleton(time);
        Configure(services, storage, application);
        services.AddHybridTlsTicketProtection(configure);
        _services = services.BuildServiceProvider();
        Protector = _services.GetRequiredService<ITicketProtector>();
    }

    public ITicketProtector Protector { get; }

    public CollectedLogs Logs { get; } = new();

    public IKeyManager Keys => _services.GetRequiredService<IKeyManager>();

    /// <summary>Waits until no look for revocations is under way.</summary>
    public async Task WhenReadAsync()
    {
        while (((DataProtectionTicketProtector)Protector).IsReadingRing)
            await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    public static void Configure(IServiceCollection services, FlakyStorage storage, string application = "fleet")
    {
        services.AddDataProtection().SetApplicationName(application);
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = storage);
    }

    public void Dispose() => _services.Dispose();

    /// <summary>Storage in memory, which can be out of reach.</summary>
    internal sealed class FlakyStorage : IXmlRepository
    {
        private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

        private readonly List<XElement> _elements = [];
        private int _reads;

        public bool IsDown { get; set; }

        /// <summary>If set, whoever reads waits for it.</summary>
        public ManualResetEventSlim? Answer { get; set; }

        public int Reads => Volatile.Read(ref _reads);

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            Interlocked.Increment(ref _reads);
            Answer?.Wait(HangLimit);
            ThrowIfDown();
            lock (_elements)
                return [.. _elements.Select(static element => new XElement(element))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            ThrowIfDown();
            lock (_elements)
                _elements.Add(new XElement(element));
        }

        private void ThrowIfDown()
        {
            if (IsDown)
                throw new TimeoutException("the storage does not answer");
        }
    }
}

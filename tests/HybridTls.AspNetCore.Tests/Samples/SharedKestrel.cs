namespace HybridTls.Tests.Samples;

/// <summary>The tests that share one running sample; it is started when the first of them is.</summary>
[CollectionDefinition(Name)]
public sealed class SharedKestrel : ICollectionFixture<RunningKestrel>
{
    public const string Name = "The running KestrelHttps";
}

namespace HybridTls.Tests.Interop;

/// <summary>The tests that share one Node process.</summary>
[CollectionDefinition(Name)]
public sealed class NodeTlsGroup : ICollectionFixture<NodeTls>
{
    public const string Name = "Node TLS";
}

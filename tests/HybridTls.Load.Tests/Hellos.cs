using HybridTls.Tests;

namespace HybridTls.Load.Tests;

/// <summary>What a client says first.</summary>
internal static class Hellos
{
    /// <summary>A ClientHello in its record, as a client sends it; a server cannot tell that it was sent before.</summary>
    public static async Task<byte[]> CaptureAsync()
    {
        using MemoryStream sent = new();
        await using HybridTlsStream client = new(new OneWayStream(sent));
        await Assert.ThrowsAsync<HybridTlsException>(
            () => client.AuthenticateAsClientAsync(Identities.ClientOptions, TestContext.Current.CancellationToken));
        return sent.ToArray();
    }
}

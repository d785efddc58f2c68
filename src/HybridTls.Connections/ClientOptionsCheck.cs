namespace HybridTls.Connections;

/// <summary>Refuses a client's options when a host starts, although the server's name may come with each connection.</summary>
internal static class ClientOptionsCheck
{
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    public static void ThrowIfUnusable(HybridTlsClientOptions options) =>
        (options.TargetHost is null ? new HybridTlsClientOptions(options) { TargetHost = "localhost" } : options).Validate();
}

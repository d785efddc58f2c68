using System.Security.Cryptography;

namespace HybridTls.Connections;

/// <summary>An endpoint's options from what callers give.</summary>
internal static class EndpointOptions
{
    /// <summary>Only a credential.</summary>
    public static HybridTlsEndpointOptions Of(HybridTlsCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new HybridTlsEndpointOptions { Credential = credential };
    }

    /// <summary>What a callback sets.</summary>
    /// <exception cref="InvalidOperationException">A file that the callback names cannot be used; the message names the option.</exception>
    public static HybridTlsEndpointOptions Of(Action<HybridTlsEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        HybridTlsEndpointOptions options = new();
        try
        {
            configure(options);
            return options;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException)
        {
            string option = options.Credential is null ? nameof(options.Credential) : nameof(options.PeerValidation);
            throw new InvalidOperationException($"UseHybridTls: {option} cannot be set. {exception.Message}", exception);
        }
    }
}

namespace HybridTls.AspNetCore.Authentication;

/// <summary>Default values of the authentication by the handshake's verdict.</summary>
public static class HybridTlsAuthenticationDefaults
{
    /// <summary>The scheme's name.</summary>
    public const string AuthenticationScheme = "HybridTls";
}

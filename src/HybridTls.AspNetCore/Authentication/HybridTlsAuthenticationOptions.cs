using Microsoft.AspNetCore.Authentication;

namespace HybridTls.AspNetCore.Authentication;

/// <summary>
/// Options of the authentication by the handshake's verdict. Who is accepted is decided there, by
/// <see cref="HybridTlsOptions.PeerValidation"/> and <see cref="HybridTlsServerOptions.ClientCertificateMode"/>; here it becomes a user.
/// </summary>
public sealed class HybridTlsAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>What the application may do on the way.</summary>
    public new HybridTlsAuthenticationEvents? Events
    {
        get => (HybridTlsAuthenticationEvents?)base.Events;
        set => base.Events = value;
    }
}

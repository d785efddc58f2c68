namespace HybridTls.AspNetCore.Authentication;

/// <summary>What the application may do on the way, as with certificate authentication.</summary>
public class HybridTlsAuthenticationEvents
{
    /// <summary>Called when an event threw.</summary>
    public Func<HybridTlsAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = static _ => Task.CompletedTask;

    /// <summary>
    /// Called for a client whom the handshake accepted, with the user made of its certificate or key: the place to look it up, to add claims,
    /// or to refuse (<c>context.Fail</c>).
    /// </summary>
    public Func<HybridTlsPeerValidatedContext, Task> OnPeerValidated { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called before a request without a user is answered with 403: a client cannot be asked for a certificate later.</summary>
    public Func<HybridTlsChallengeContext, Task> OnChallenge { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Calls <see cref="OnAuthenticationFailed"/>.</summary>
    public virtual Task AuthenticationFailed(HybridTlsAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Calls <see cref="OnPeerValidated"/>.</summary>
    public virtual Task PeerValidated(HybridTlsPeerValidatedContext context) => OnPeerValidated(context);

    /// <summary>Calls <see cref="OnChallenge"/>.</summary>
    public virtual Task Challenge(HybridTlsChallengeContext context) => OnChallenge(context);
}

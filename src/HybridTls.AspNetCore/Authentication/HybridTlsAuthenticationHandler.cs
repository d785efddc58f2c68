using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HybridTls.AspNetCore.Authentication;

/// <summary>
/// Makes a user of the client that the handshake authenticated and accepted. It judges nothing itself: what is not the verdict of this
/// connection's own handshake (a forwarded certificate, another TLS) is no user here.
/// </summary>
internal sealed class HybridTlsAuthenticationHandler(
    IOptionsMonitor<HybridTlsAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<HybridTlsAuthenticationOptions>(options, logger, encoder)
{
    private new HybridTlsAuthenticationEvents Events
    {
        get => (HybridTlsAuthenticationEvents)base.Events!;
        set => base.Events = value;
    }

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new HybridTlsAuthenticationEvents());

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Features.Get<IHybridTlsFeature>() is not KestrelTlsFeatures { Parameters: { IsPeerAuthenticated: true } parameters })
            return AuthenticateResult.NoResult();
        string hash = Convert.ToHexStringLower(SHA256.HashData(parameters.PeerPublicKey.Span));
        X509Certificate2? certificate = parameters.GetPeerCertificate();
        if (certificate is not null)
            Response.RegisterForDispose(certificate);
        try
        {
            HybridTlsPeerValidatedContext validated = new(Context, Scheme, Options)
            {
                Parameters = parameters,
                ClientCertificate = certificate,
                PublicKeyHash = hash,
                Principal = new ClaimsPrincipal(new ClaimsIdentity(certificate is null ? Describe(hash) : Describe(certificate), Scheme.Name)),
            };
            await Events.PeerValidated(validated).ConfigureAwait(false);
            if (validated.Result is { } decided)
                return decided;
            validated.Success();
            return validated.Result!;
        }
        catch (Exception exception)
        {
            HybridTlsAuthenticationFailedContext failed = new(Context, Scheme, Options) { Exception = exception };
            await Events.AuthenticationFailed(failed).ConfigureAwait(false);
            if (failed.Result is { } decided)
                return decided;
            throw;
        }
    }

    /// <summary>TLS 1.3 asks for certificates in the handshake: a client that came without cannot be asked now, so it is forbidden.</summary>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        HybridTlsChallengeContext challenge = new(Context, Scheme, Options, properties);
        await Events.Challenge(challenge).ConfigureAwait(false);
        if (!challenge.Handled)
            await HandleForbiddenAsync(properties).ConfigureAwait(false);
    }

    /// <summary>The claims that certificate authentication makes.</summary>
    private List<Claim> Describe(X509Certificate2 certificate)
    {
        List<Claim> claims = [];
        Add("issuer", certificate.Issuer);
        Add(ClaimTypes.Thumbprint, certificate.Thumbprint, ClaimValueTypes.Base64Binary);
        Add(ClaimTypes.X500DistinguishedName, certificate.SubjectName.Name);
        Add(ClaimTypes.SerialNumber, certificate.SerialNumber);
        Add(ClaimTypes.Dns, certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false));
        Add(ClaimTypes.Email, certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false));
        Add(ClaimTypes.Name, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Add(ClaimTypes.Upn, certificate.GetNameInfo(X509NameType.UpnName, forIssuer: false));
        Add(ClaimTypes.Uri, certificate.GetNameInfo(X509NameType.UrlName, forIssuer: false));
        return claims;

        void Add(string type, string? value, string valueType = ClaimValueTypes.String)
        {
            if (!string.IsNullOrWhiteSpace(value))
                claims.Add(new Claim(type, value, valueType, ClaimsIssuer));
        }
    }

    /// <summary>A raw public key has no name but its hash.</summary>
    private List<Claim> Describe(string hash) =>
    [
        new Claim(ClaimTypes.NameIdentifier, hash, ClaimValueTypes.String, ClaimsIssuer),
        new Claim(ClaimTypes.Hash, hash, ClaimValueTypes.HexBinary, ClaimsIssuer),
    ];
}

using System.Security.Cryptography.X509Certificates;

namespace HybridTls.Issuing;

/// <summary>What a certificate for a server or a client says.</summary>
public sealed record CertificateProfile
{
    /// <summary>The subject; without one it is CN=, of the first of <see cref="Names"/>. Peers never take a name from it.</summary>
    public X500DistinguishedName? Subject { get; init; }

    /// <summary>Host names (Unicode allowed, "*." allowed in front) and IP addresses, for subjectAltName.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What the certificate may be used for.</summary>
    public CertificatePurposes Purposes { get; init; } = CertificatePurposes.Server | CertificatePurposes.Client;

    /// <summary>From when on it is valid; without a value from five minutes ago, since clocks differ.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How long it is valid. Never longer than the certificate of its issuer.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Tells what time it is.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

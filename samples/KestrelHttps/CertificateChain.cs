using System.Security.Cryptography.X509Certificates;

namespace KestrelHttps;

/// <summary>The certificates that the page shows.</summary>
/// <param name="Server">The server's own.</param>
/// <param name="Authority">Its issuer's, which clients trust.</param>
internal sealed record CertificateChain(X509Certificate2 Server, X509Certificate2 Authority);

namespace HybridTls.Certificates;

/// <summary>The outcome of a path search: the path (leaf first, anchor last), or why there is none; and what it cost.</summary>
internal sealed record PathResult(IReadOnlyList<ParsedCertificate> Path, ValidationFailure? Failure, int SignaturesVerified);

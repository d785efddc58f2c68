using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.Messages;

namespace HybridTls.Handshake;

/// <content>Certificate, CompressedCertificate and CertificateVerify in both directions (RFC 9846 §4.5).</content>
internal abstract partial class HandshakeMachine
{
    private byte[] _signatureContent = [];

    /// <summary>What the host signs while <see cref="Pending"/> is <see cref="HostTask.Sign"/>.</summary>
    public ReadOnlyMemory<byte> ContentToSign => _signatureContent;

    /// <summary>The credential that signs, if we have one.</summary>
    public virtual HybridTlsCredential? Credential => Options.Credential;

    /// <summary>What the built-in checks found of the peer; a callback may still have to be asked (<see cref="HostTask.JudgePeer"/>).</summary>
    public PeerEvaluation? PeerEvaluation { get; private set; }

    /// <summary>Whether the peer's certificate came compressed.</summary>
    public bool PeerCompressedCertificate { get; private set; }

    /// <summary>Whether we sent our certificate compressed.</summary>
    public bool CompressedOwnCertificate { get; private set; }

    /// <summary>When the peers proved who they are: now, unless a session is resumed.</summary>
    private protected DateTimeOffset AuthenticatedAt { get; set; }

    /// <summary>The peer's certificates, leaf first, or its raw public key; empty if it did not authenticate.</summary>
    private protected IReadOnlyList<ReadOnlyMemory<byte>> PeerChain { get; private set; } = [];

    /// <summary>How the peer presents its key.</summary>
    private protected CertificateType PeerCertificateType { get; set; }

    /// <summary>How we present ours.</summary>
    private protected CertificateType OwnCertificateType { get; set; }

    /// <summary>The algorithm by which the peer inflates our certificate; null: uncompressed.</summary>
    private protected CertificateCompressionAlgorithm? OwnCompression { get; set; }

    /// <summary>The extensions that the peer's certificate entries may answer.</summary>
    private protected ExtensionSet OfferedForCertificate { get; set; }

    /// <summary>The name expected of the peer; null on the server's side.</summary>
    private protected virtual string? ExpectedPeerName => null;

    private PeerRole PeerSide => Self == PeerRole.Server ? PeerRole.Client : PeerRole.Server;

    /// <summary>How a credential is presented (RFC 7250).</summary>
    public static CertificateType CertificateTypeOf(HybridTlsCredential credential) =>
        credential.IsRawPublicKey ? CertificateType.RawPublicKey : CertificateType.X509;

    /// <summary>Goes on with the host's signature.</summary>
    /// <param name="signature">3,309 bytes, a pure ML-DSA-65 signature of <see cref="ContentToSign"/> with an empty context.</param>
    public void UseSignature(ReadOnlySpan<byte> signature)
    {
        ThrowUnlessPending(HostTask.Sign);
        if (signature.Length != MLDsa65.SignatureSize)
            TlsError.Throw(FailureReason.SignatureSize, signature.Length, MLDsa65.SignatureSize);
        Pending = HostTask.None;
        WriteCertificateVerify(signature);
        ContinueAfterSignature();
    }

    /// <summary>Goes on after the user's callback accepted the peer; a refusal is an exception of <see cref="PeerEvaluation.DecideAsync"/>.</summary>
    public void AcceptPeer()
    {
        ThrowUnlessPending(HostTask.JudgePeer);
        Pending = HostTask.None;
        ContinueAfterVerdict();
    }

    private protected abstract void ContinueAfterSignature();

    private protected abstract void ContinueAfterVerdict();

    private protected void ThrowUnlessPending(HostTask task)
    {
        if (Pending != task)
            throw new InvalidOperationException($"The handshake does not wait for the task {task}.");
    }

    /// <summary>Writes our Certificate, compressed if agreed; without a credential an empty one (clients only).</summary>
    private protected void WriteCertificate(HybridTlsCredential? credential)
    {
        TlsWriter writer = BeginMessage(out int start);
        using (Certificate.Begin(writer))
        {
            if (credential is not null)
                writer.WriteBytes(credential.CertificateEntries.Span);
        }

        CompressedOwnCertificate = OwnCompression is { } algorithm && credential is not null && TryCompressInPlace(writer, start, algorithm, credential);
        EndMessage(start);
    }

    /// <summary>
    /// Signs the transcript and writes CertificateVerify, or stops with <see cref="HostTask.Sign"/> if the key answers asynchronously.
    /// </summary>
    /// <returns>Whether the message is written.</returns>
    private protected bool TryWriteCertificateVerify(HybridTlsCredential credential)
    {
        Span<byte> content = stackalloc byte[SignatureContent.Size(Suite.HashSize)];
        WriteSignatureContent(Self, content);
        if (credential.IsRemote)
        {
            FlushFlight();
            _signatureContent = content.ToArray();
            Pending = HostTask.Sign;
            return false;
        }

        Span<byte> signature = stackalloc byte[MLDsa65.SignatureSize];
        credential.Sign(content, signature);
        WriteCertificateVerify(signature);
        return true;
    }

    /// <summary>Reads the peer's Certificate and lets the built-in checks judge it.</summary>
    /// <returns>Whether the peer sent any: a client need not.</returns>
    private protected bool ReadCertificate(in HandshakeMessage message)
    {
        PeerCompressedCertificate = message.Type == HandshakeType.CompressedCertificate;
        bool any = PeerCompressedCertificate
            ? ReadCertificateBody(CertificateCompressor.Inflate(
                CompressedCertificate.Parse(message.Body), Options.CertificateCompression, Options.MaxCertificateMessageSize))
            : ReadCertificateBody(message.Body);
        Transcript.Append(message.Whole);
        return any;
    }

    /// <summary>Verifies the peer's CertificateVerify with the key of its certificate.</summary>
    /// <returns>Whether the user's callback has yet to judge the peer: then the machine stops with <see cref="HostTask.JudgePeer"/>.</returns>
    private protected bool ReadCertificateVerify(in HandshakeMessage message)
    {
        CertificateVerify verify = CertificateVerify.Parse(message.Body);
        if (verify.Algorithm != SignatureScheme.MLDsa65)
        {
            TlsError.Throw(FailureReason.WrongSignatureScheme, (ushort)verify.Algorithm); // HT-AUTH-2
        }

        Span<byte> content = stackalloc byte[SignatureContent.Size(Suite.HashSize)];
        WriteSignatureContent(PeerSide, content);
        if (!PeerEvaluation!.Key!.Verify(content, verify.Signature))
            TlsError.Throw(FailureReason.Signature); // HT-AUTH-1
        Transcript.Append(message.Whole);
        return HasPeerJudged();
    }

    /// <summary>Stops with <see cref="HostTask.JudgePeer"/> if the user's callback has yet to judge the peer, who has given its proof.</summary>
    private protected bool HasPeerJudged()
    {
        if (PeerEvaluation is not { IsPending: true })
            return false;
        Pending = HostTask.JudgePeer;
        return true;
    }

    /// <summary>What <see cref="NegotiatedParameters"/> say of the peer.</summary>
    private protected NegotiatedParameters Describe(NegotiatedParameters shared) => new()
    {
        Group = NamedGroup.X25519MLKem768,
        SignatureScheme = SignatureScheme.MLDsa65,
        CipherSuite = Suite.Id,
        ApplicationProtocol = shared.ApplicationProtocol,
        ServerName = shared.ServerName,
        UsedHelloRetryRequest = shared.UsedHelloRetryRequest,
        IsResumed = shared.IsResumed, // HT-RES-3
        ResumptionRefusal = shared.ResumptionRefusal,
        AuthenticatedAt = AuthenticatedAt,
        IsPeerAuthenticated = PeerEvaluation is not null,
        PeerUsedRawPublicKey = PeerEvaluation is not null && PeerCertificateType == CertificateType.RawPublicKey,
        PeerCertificates = PeerCertificateType == CertificateType.X509 ? PeerChain : [],
        PeerPublicKey = PeerEvaluation is null ? default : MLDsaPublicKeyInfo.Encode(PeerEvaluation.Key!.Bytes.Span),
    };

    /// <summary>Takes the peer over from the session that is resumed.</summary>
    /// <param name="authenticatedAt">When it proved who it is.</param>
    /// <param name="chain">Its certificates or raw public key; empty if it did not authenticate.</param>
    /// <param name="raw">Whether it is a raw public key.</param>
    /// <param name="evaluation">Today's judgement, not refused; null if it did not authenticate.</param>
    private protected void ResumePeer(
        DateTimeOffset authenticatedAt, IReadOnlyList<ReadOnlyMemory<byte>> chain, bool raw, PeerEvaluation? evaluation)
    {
        AuthenticatedAt = authenticatedAt;
        PeerChain = chain;
        PeerCertificateType = raw ? CertificateType.RawPublicKey : CertificateType.X509;
        PeerEvaluation = evaluation;
    }

    private bool ReadCertificateBody(ReadOnlySpan<byte> body)
    {
        Certificate certificate = Certificate.Parse(body);
        if (!certificate.Context.IsEmpty)
            TlsError.Throw(FailureReason.CertificateContext); // HT-AUTH-7
        certificate.ThrowIfUnsolicited(OfferedForCertificate);
        if (certificate.Entries.Count == 0)
            return false;
        if (certificate.Entries.Count > PathValidator.MaxCertificates)
            TlsError.Throw(FailureReason.CertificateCount, certificate.Entries.Count, PathValidator.MaxCertificates); // HT-AUTH-5
        if (PeerCertificateType == CertificateType.RawPublicKey && certificate.Entries.Count != 1)
            TlsError.Throw(FailureReason.RawPublicKeyNotAlone); // HT-AUTH-9

        List<ReadOnlyMemory<byte>> chain = new(certificate.Entries.Count);
        foreach (CertificateEntry entry in certificate.Entries)
            chain.Add(entry.Data.ToArray());
        PeerChain = chain;
        PeerEvaluation = Options.PeerValidation!.Evaluate(new PeerValidationRequest
        {
            Peer = PeerSide,
            ServerName = ExpectedPeerName,
            IsRawPublicKey = PeerCertificateType == CertificateType.RawPublicKey,
            Certificates = chain,
            TimeProvider = Options.TimeProvider,
        });
        PeerEvaluation.ThrowIfRefused();
        return true;
    }

    private void WriteCertificateVerify(ReadOnlySpan<byte> signature)
    {
        TlsWriter writer = BeginMessage(out int start);
        CertificateVerify.Write(writer, SignatureScheme.MLDsa65, signature);
        EndMessage(start);
    }

    private void WriteSignatureContent(PeerRole signer, Span<byte> content)
    {
        Span<byte> hash = stackalloc byte[Suite.HashSize];
        Transcript.GetHash(hash);
        SignatureContent.Write(signer, hash, content);
    }

    /// <summary>Replaces the Certificate written at <paramref name="start"/> by a CompressedCertificate (RFC 8879 §4), if that is shorter.</summary>
    private static bool TryCompressInPlace(TlsWriter writer, int start, CertificateCompressionAlgorithm algorithm, HybridTlsCredential credential)
    {
        ReadOnlySpan<byte> body = writer.Written[(start + HandshakeMessage.HeaderSize)..];
        int length = body.Length;
        byte[] compressed = credential.GetCompressed(algorithm, body);
        if (compressed.Length + 8 >= length) // HT-CMP-1
            return false;
        writer.Truncate(start);
        CompressedCertificate.Write(writer, algorithm, length, compressed);
        return true;
    }
}

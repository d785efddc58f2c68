using System.Net.Security;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls;

/// <summary>What both sides of a connection can choose.</summary>
public abstract class HybridTlsOptions
{
    /// <summary>What every timer takes: a little less than 2^31 milliseconds.</summary>
    internal static readonly TimeSpan MaxHandshakeTimeout = TimeSpan.FromDays(24);

    private protected HybridTlsOptions()
    {
    }

    private protected HybridTlsOptions(HybridTlsOptions other)
    {
        Credential = other.Credential;
        PeerValidation = other.PeerValidation;
        ApplicationProtocols = other.ApplicationProtocols?.ToList()!;
        CipherSuites = other.CipherSuites?.ToList()!;
        CertificateCompression = other.CertificateCompression;
        AcceptRawPublicKeys = other.AcceptRawPublicKeys;
        PeerCertificateTypes = other.PeerCertificateTypes;
        RecordSizeLimit = other.RecordSizeLimit;
        RecordSizing = other.RecordSizing;
        MaxCertificateMessageSize = other.MaxCertificateMessageSize;
        KeyUpdateAfterRecords = other.KeyUpdateAfterRecords;
        AllowTlsResume = other.AllowTlsResume;
        KeyUpdateAfterBytes = other.KeyUpdateAfterBytes;
        KeyUpdateAfter = other.KeyUpdateAfter;
        UseSslKeyLogFile = other.UseSslKeyLogFile;
        KeyLog = other.KeyLog;
        HandshakeTimeout = other.HandshakeTimeout;
        TimeProvider = other.TimeProvider;
    }

    /// <summary>Who we are: an X.509 chain with an ML-DSA-65 key, or a raw public key. A server must have one. Not disposed by a connection.</summary>
    public HybridTlsCredential? Credential { get; set; }

    /// <summary>Whom we accept. A client must set it, and so must a server that asks for certificates: there is no default trust.</summary>
    public PeerValidation? PeerValidation { get; set; }

    /// <summary>The application protocols (ALPN, RFC 7301) in order of preference; empty: the extension is neither sent nor answered.</summary>
    public IList<SslApplicationProtocol> ApplicationProtocols { get; set; } = [];

    /// <summary>
    /// The cipher suites in order of preference. Default: AES-256-GCM, ChaCha20-Poly1305, AES-128-GCM, as far as the platform has them.
    /// </summary>
    public IList<TlsCipherSuite> CipherSuites { get; set; } = // HT-WIRE-3
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
    ];

    /// <summary>Certificate compression (RFC 8879) in both directions. Default: none.</summary>
    public CertificateCompression CertificateCompression { get; set; }

    /// <summary>
    /// Accepts the peer's raw public key (RFC 7250) as well as a certificate. Default: false. <see cref="PeerValidation"/> must then
    /// pin public keys.
    /// </summary>
    public bool AcceptRawPublicKeys { get; set; }

    /// <summary>The largest plaintext of a record that we accept, with its type byte (RFC 8449 §4), 64 to 16,384 bytes; null (the default): not sent.</summary>
    public int? RecordSizeLimit { get; set; }

    /// <summary>How large the records are that we send. Default: <see cref="RecordSizing.Adaptive"/>.</summary>
    public RecordSizing RecordSizing { get; set; } = RecordSizing.Adaptive;

    /// <summary>The largest Certificate message accepted from the peer, before and after decompression, in bytes. Default: 65,536.</summary>
    public int MaxCertificateMessageSize { get; set; } = 64 * 1024;

    /// <summary>
    /// How many records one key protects before it is replaced, ours by our KeyUpdate (RFC 9846 §4.7.3) and the peer's by our request.
    /// Default: null, and at most: three quarters of the cipher suite's limit (§5.5), with AES-GCM 17,794,925 records.
    /// </summary>
    /// <remarks>
    /// A request for the peer's next key goes out with our next data; a side that only reads sends it after another 256 records.
    /// </remarks>
    public long? KeyUpdateAfterRecords { get; set; }

    /// <summary>
    /// How many bytes of data (with padding, without headers and tags) one key protects before it is replaced, ours and the peer's as in
    /// <see cref="KeyUpdateAfterRecords"/>. The record in which this is reached, of up to 16,384 bytes, is the key's last. Default: null,
    /// any number.
    /// </summary>
    public long? KeyUpdateAfterBytes { get; set; }

    /// <summary>
    /// How old a key may get in use, by <see cref="TimeProvider"/>. It is replaced, ours and the peer's as in
    /// <see cref="KeyUpdateAfterRecords"/>, with the first data that is sent or received after this time: no timer runs, and an idle
    /// connection stays silent. Default: null, any age.
    /// </summary>
    public TimeSpan? KeyUpdateAfter { get; set; }

    /// <summary>
    /// Resumes sessions (RFC 9846 §2.2): a server hands out tickets and accepts them, a client keeps and uses them. A resumption saves the
    /// certificates and signatures; the key agreement runs each time, and the peer's certificate is judged each time by
    /// <see cref="PeerValidation"/>. A session ends 7 days after the peers proved who they are, and with every change of the names, the
    /// application protocol, the trust or the kind of credential under which it began. Default: true.
    /// </summary>
    public bool AllowTlsResume { get; set; } = true; // HT-RES-11

    /// <summary>
    /// Receives the secrets of each connection as lines of the NSS key log format, with which anyone can decrypt the traffic. For
    /// debugging; works only if the AppContext switch <c>HybridTls.AllowKeyLog</c> is set as well. Called on the connection's thread.
    /// </summary>
    public Action<string>? KeyLog { get; set; }

    /// <summary>
    /// Appends the secrets of each connection to the file that the environment variable <c>SSLKEYLOGFILE</c> names, as browsers and other
    /// TLS libraries do and Wireshark reads, without replacing <see cref="KeyLog"/>. For debugging; works only if the AppContext switch
    /// <c>HybridTls.AllowKeyLog</c> is set as well, and does nothing without the variable. A new file can be read by its owner alone.
    /// Default: false.
    /// </summary>
    public bool UseSslKeyLogFile { get; set; }

    /// <summary>How long a handshake may take. Default: 10 seconds.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10); // HT-SHELL-5

    /// <summary>The clock for validity periods and time-outs.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How the peer may present its key, in order of preference; null: as <see cref="AcceptRawPublicKeys"/> says.</summary>
    internal IReadOnlyList<CertificateType>? PeerCertificateTypes { get; set; }

    /// <summary>Whether these are a checked copy of ours, which nobody else has and nobody changes: connections share it.</summary>
    internal bool IsSealed { get; private protected init; }

    /// <summary>Whether the secrets of connections leave the process.</summary>
    internal bool WritesKeyLog => KeyLog is not null || (UseSslKeyLogFile && SslKeyLogFile.Path is not null);

    /// <summary>The key log of one connection; null unless the host allows it twice.</summary>
    internal KeyLog? CreateKeyLog(ReadOnlySpan<byte> clientRandom)
    {
        Action<string>? line = KeyLog;
        if (UseSslKeyLogFile && SslKeyLogFile.Path is { } path)
            line += new SslKeyLogFile(path).Append;
        return line is null ? null : new KeyLog(clientRandom, line);
    }

    /// <summary>Refuses options that cannot work, with a message that names the one to change.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another.</exception>
    private protected void ValidateCommon() // HT-SHELL-9
    {
        if (CipherSuites is null || ApplicationProtocols is null)
            throw new InvalidOperationException("CipherSuites or ApplicationProtocols is null: leave the default, or give an empty list of protocols.");
        if (!CipherSuites.Any(static id => CipherSuiteParameters.Find((ushort)id) is not null))
            throw new InvalidOperationException("CipherSuites names no TLS 1.3 suite that this platform has: add TLS_AES_256_GCM_SHA384.");
        if (ApplicationProtocols.Any(static protocol => protocol.Protocol.IsEmpty))
            throw new InvalidOperationException("ApplicationProtocols holds an empty name.");
        if (RecordSizeLimit is < RecordLimits.MinRecordSizeLimit or > RecordLimits.MaxContent)
            throw new InvalidOperationException($"RecordSizeLimit is {RecordSizeLimit}; it must be 64 to 16,384 bytes (RFC 8449 §4).");
        if (RecordSizing is null)
            throw new InvalidOperationException("RecordSizing is null: set RecordSizing.Adaptive or RecordSizing.Full.");
        if (MaxCertificateMessageSize is < 2048 or > 0xFFFFFF)
            throw new InvalidOperationException($"MaxCertificateMessageSize is {MaxCertificateMessageSize}; it must be 2,048 to 16,777,215 bytes.");
        if (KeyUpdateAfterRecords is < 1)
            throw new InvalidOperationException("KeyUpdateAfterRecords must be positive, or null for the limit of the cipher suite.");
        if (KeyUpdateAfterBytes is < 1)
            throw new InvalidOperationException("KeyUpdateAfterBytes must be positive, or null for any number.");
        if (KeyUpdateAfter is { } age && age <= TimeSpan.Zero)
            throw new InvalidOperationException("KeyUpdateAfter must be positive, or null for keys of any age.");
        if (HandshakeTimeout != Timeout.InfiniteTimeSpan && (HandshakeTimeout <= TimeSpan.Zero || HandshakeTimeout > MaxHandshakeTimeout))
            throw new InvalidOperationException("HandshakeTimeout must be positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        if (TimeProvider is null)
            throw new InvalidOperationException("TimeProvider is null: set TimeProvider.System.");
        if (AcceptRawPublicKeys && PeerValidation is { AcceptsRawPublicKeys: false })
            throw new InvalidOperationException("AcceptRawPublicKeys needs a PeerValidation that pins public keys: trust anchors say nothing of a raw key.");
        ValidateKeyLog();
    }

    /// <summary>One of the two permissions alone is a mistake, and never a key log. The environment plays no part in it.</summary>
    private void ValidateKeyLog() // HT-KEY-8
    {
        if (KeyLog is null && !UseSslKeyLogFile)
            return;
        if (!(AppContext.TryGetSwitch("HybridTls.AllowKeyLog", out bool allowed) && allowed))
        {
            string option = KeyLog is not null ? nameof(KeyLog) : nameof(UseSslKeyLogFile);
            throw new InvalidOperationException($"{option} is set, but the AppContext switch HybridTls.AllowKeyLog is not: set both, or neither.");
        }

        if (UseSslKeyLogFile && SslKeyLogFile.Path is { } path)
            new SslKeyLogFile(path).ThrowIfUnusable();
    }
}

namespace HybridTls.Records;

/// <summary>What <see cref="RecordReader"/> found.</summary>
internal enum RecordReadKind
{
    /// <summary>Nothing yet: more input is needed.</summary>
    None,

    /// <summary>One whole handshake message.</summary>
    Handshake,

    /// <summary>Application data, in the destination.</summary>
    ApplicationData,

    /// <summary>The peer will send nothing more (RFC 9846 §6.1); said again on every further call.</summary>
    CloseNotify,

    /// <summary>The next record needs a larger destination; it was not consumed.</summary>
    DestinationTooSmall,
}

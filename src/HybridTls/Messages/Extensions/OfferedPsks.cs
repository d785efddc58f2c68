namespace HybridTls.Messages;

/// <summary>The client's pre_shared_key (RFC 9846 §4.3.11): identities, and a binder for each, read in place.</summary>
internal readonly ref struct OfferedPsks
{
    private OfferedPsks(PskIdentityList identities, OpaqueList binders)
    {
        Identities = identities;
        Binders = binders;
    }

    /// <summary>The identities in order of preference.</summary>
    public PskIdentityList Identities { get; }

    /// <summary>The binders, in the order of the identities.</summary>
    public OpaqueList Binders { get; }

    /// <summary>
    /// The size in bytes of the binders with the length before them. The extension is the last of its ClientHello, so the transcript
    /// of a binder (§4.3.11.2) is the whole message without its last <see cref="BindersSize"/> bytes.
    /// </summary>
    public int BindersSize => 2 + Binders.Bytes.Length;

    /// <summary>Reads the extension.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong; a list is empty; a binder is shorter than 32 bytes (decode_error); there are not as many binders as
    /// identities (illegal_parameter).
    /// </exception>
    public static OfferedPsks Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "pre_shared_key", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> identities = reader.ReadVector16(minimum: 7);
        ReadOnlySpan<byte> binders = reader.ReadVector16(minimum: 33);
        reader.ExpectEnd();
        var offer = new OfferedPsks(PskIdentityList.Parse(identities), OpaqueList.Parse8(binders, minimum: 32, "pre_shared_key"));
        if (offer.Identities.Count != offer.Binders.Count)
            TlsError.Throw(FailureReason.BinderCount, offer.Identities.Count, offer.Binders.Count);
        return offer;
    }
}

namespace HybridTls.Records;

/// <summary>After how much use a key is to be replaced, as the host wants it; the limits of the AEAD hold all the same (RFC 9846 §5.5).</summary>
/// <param name="Records">Records under one key; null: three quarters of the AEAD's limit.</param>
/// <param name="Bytes">Bytes of content and padding under one key; null: any number.</param>
internal readonly record struct KeyUsage(ulong? Records, ulong? Bytes);

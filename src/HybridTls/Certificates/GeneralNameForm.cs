namespace HybridTls.Certificates;

/// <summary>The alternatives of GeneralName, by their context tag (RFC 5280 §4.2.1.6).</summary>
internal enum GeneralNameForm
{
    OtherName = 0,
    Rfc822Name = 1,
    DnsName = 2,
    X400Address = 3,
    DirectoryName = 4,
    EdiPartyName = 5,
    Uri = 6,
    IPAddress = 7,
    RegisteredId = 8,
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class ObjectIdentifierTests
{
    [Theory]
    [InlineData("2.16.840.1.101.3.4.2.1")]
    [InlineData("2.16.840.1.101.3.4.2.12")]
    [InlineData("2.16.840.1.101.3.4.2.127")]
    [InlineData("2.16.840.1.101.3.4.2.128")]
    [InlineData("2.16.840.1.101.3.4.2.0")]
    [InlineData("2.16.840.1.101.3.4.2.1.1")]
    [InlineData("1.2.840.113549.2.5")]
    [InlineData("2.999.3")]
    public void Identifiers_are_encoded_as_the_BCLs_writer_does(string dotted)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(dotted);
        byte[] destination = new byte[ObjectIdentifier.MaxSize];
        Assert.Equal(writer.Encode(), destination[..ObjectIdentifier.Encode(dotted, destination)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("abc")]
    [InlineData("4.1.1")]
    [InlineData("2.16.840.1.101.3.4.2.")]
    [InlineData("2.16.840.1.101.3.4.2.01")]
    [InlineData("2.16.840.1.101.3.4.2.+1")]
    [InlineData("2.16.840.1.101.3.4.2. 1")]
    [InlineData("2.16.840.1.101.3.4.2.-1")]
    [InlineData("1.2.3333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333")]
    public void Malformed_or_endless_identifiers_are_refused(string dotted) =>
        Assert.Throws<CryptographicException>(() => ObjectIdentifier.Encode(dotted, new byte[ObjectIdentifier.MaxSize]));
}

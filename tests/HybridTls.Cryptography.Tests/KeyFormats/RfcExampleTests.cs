using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>The example keys of RFC 9935 (ML-KEM) and RFC 9881 appendix C (ML-DSA): seeds of ascending bytes.</summary>
public sealed class RfcExampleTests
{
    private const string MLKemSeedForm = """
        -----BEGIN PRIVATE KEY-----
        MFQCAQAwCwYJYIZIAWUDBAQCBEKAQAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ
        GhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=
        -----END PRIVATE KEY-----
        """;

    private const string MLDsaSeedForm = """
        -----BEGIN PRIVATE KEY-----
        MDQCAQAwCwYJYIZIAWUDBAMSBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ
        GhscHR4f
        -----END PRIVATE KEY-----
        """;

    [Theory]
    [InlineData(
        "ML-KEM-768",
        MLKemSeedForm,
        "MIIEsjALBglghkgBZQMEBAIDggShACmKoQ1CPI3aBp0CvFnmzfA6CWuLPaTKubgM",
        "C23E23DD3D485A9256CDA09358A4A286E00B373DB10761EADF99F710649CA31C",
        "MIIJeAIBADALBglghkgBZQMEBAIEgglkBIIJYCfSp38zdW9hII7xE6voJZWHPUq8",
        "cw5bXWeVKb9qTOtjg0JyMahhL0FVBRWsulLkjq2LlCgzu+aGXRPRSnnSxcPgfwoF")]
    [InlineData(
        "ML-DSA-65",
        MLDsaSeedForm,
        "MIIHsjALBglghkgBZQMEAxIDggehAEhoPZGXjjHrPd24sEc0gtK4il9iWUn9j1il",
        "B8B62131BFBE84433EFB2273D7F5B87F7A22854A2CFD366FC2AEAD86D837C52D",
        "MIIP2AIBADALBglghkgBZQMEAxIEgg/EBIIPwEhoPZGXjjHrPd24sEc0gtK4il9i",
        "WUn9j1ilYeaWvUwn2FP6abgZkCPozWeN2fq/kEdkb/0Ms8x/eVgFpx5w0jcbBWPj")]
    public void The_example_keys_are_read_and_written(
        string name, string seedForm, string publicLine, string publicKeyInfoSha256, string expandedLine, string nextExpandedLine)
    {
        KeyKind kind = KeyKind.Of(name);
        using AnyKey key = kind.FromPem(seedForm);
        Assert.Equal(Enumerable.Range(0, kind.Format.SeedSize).Select(i => (byte)i), key.Seed());
        Assert.Equal(seedForm.ReplaceLineEndings("\n"), key.Pkcs8Pem());
        Assert.Equal(publicLine, key.SpkiPem().Split('\n')[1]);
        Assert.Equal(publicKeyInfoSha256, Convert.ToHexString(SHA256.HashData(key.Spki())));

        using AnyKey expanded = kind.FromExpandedKey(key.ExpandedKey());
        Assert.Equal([expandedLine, nextExpandedLine], expanded.Pkcs8Pem().Split('\n')[1..3]);
    }
}

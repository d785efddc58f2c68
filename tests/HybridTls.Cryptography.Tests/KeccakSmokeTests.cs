using HybridTls.Cryptography;

namespace HybridTls.Cryptography.Tests;

public sealed class KeccakSmokeTests
{
    [Fact]
    public void Sha3_256_of_the_empty_message_is_the_published_value()
    {
        byte[] digest = new byte[32];
        Sha3_256.Hash([], digest);
        Assert.Equal("A7FFC6F8BF1ED76651C14756A061D662F580FF4DE43B49FA82D80A4B80F8434A", Convert.ToHexString(digest));
    }
}

using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class VectorFileTests
{
    [Fact]
    public void A_vector_file_opens_or_its_test_is_skipped()
    {
        using JsonDocument document = VectorFile.Open("mlkem_768_test.json");
        Assert.NotEmpty(document.RootElement.GetProperty("testGroups").EnumerateArray());
    }

    [Fact]
    public void A_missing_file_is_never_taken_for_an_empty_one()
    {
        // Not Assert.Throws: it lets a skip pass through.
        try
        {
            VectorFile.Open("no such file.json").Dispose();
        }
        catch (Exception e) when (e is SkipException or FileNotFoundException)
        {
            return;
        }

        Assert.Fail("A file that does not exist was opened.");
    }
}

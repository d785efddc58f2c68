using System.Text.Json;

namespace HybridTls.Tests.Bogo;

/// <summary>config.json, as BoringSSL's runner reads it.</summary>
public class ShimConfigTests
{
    private static readonly string[] Members = ["DisabledTests", "ErrorMap", "TestErrorMap", "TestLocalErrorMap", "HalfRTTTickets"];

    private static readonly string[] MembersThatNameTests = ["DisabledTests", "TestErrorMap", "TestLocalErrorMap"];

    [Fact]
    public void The_configuration_holds_what_the_runner_knows_and_gives_reasons()
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "HybridTls.Bogo", "config.json")));
        Assert.Equal(Members, config.RootElement.EnumerateObject().Select(static member => member.Name));
        Assert.All(config.RootElement.GetProperty("DisabledTests").EnumerateObject(), static test => Assert.True(test.Value.GetString()!.Length > 10));
        Assert.All(config.RootElement.GetProperty("TestErrorMap").EnumerateObject(), static test => Assert.Matches("^:[A-Z0-9_]+:$", test.Value.GetString()!));
        Assert.All(config.RootElement.GetProperty("TestLocalErrorMap").EnumerateObject(), static test => Assert.Matches("^(remote error: .+)?$", test.Value.GetString()!));
    }

    [Fact]
    public void The_configuration_for_the_stock_runner_leaves_out_just_what_that_cannot_be_told()
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "HybridTls.Bogo", "config.json")));
        using JsonDocument stock = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "HybridTls.Bogo", "config.stock.json")));
        Assert.Equal(["DisabledTests", "ErrorMap", "HalfRTTTickets"], stock.RootElement.EnumerateObject().Select(static member => member.Name));
        Assert.All(stock.RootElement.GetProperty("DisabledTests").EnumerateObject(), static test => Assert.True(test.Value.GetString()!.Length > 10));
        IEnumerable<string> expected = MembersThatNameTests
            .SelectMany(member => config.RootElement.GetProperty(member).EnumerateObject())
            .Select(static test => test.Name)
            .Distinct();
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            stock.RootElement.GetProperty("DisabledTests").EnumerateObject().Select(static test => test.Name).Order(StringComparer.Ordinal));
    }
}

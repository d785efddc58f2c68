using System.Text.Json;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

public sealed class SpeedCommandTests : ToolTestBase
{
    [Fact]
    public async Task Json_has_the_yardstick_and_the_chosen_operations()
    {
        JsonElement json = (await RunAsync("speed", "--only", "keccak.f1600.x1", "--backend", "scalar", "--json")).Succeeded().Json;
        Assert.Equal("Scalar", json.GetProperty("backend").GetString());
        Assert.Equal(
            ["yardstick.sha256-16k", "keccak.f1600.x1"],
            json.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("name").GetString()));
        Assert.All(json.GetProperty("results").EnumerateArray(),
            static result => Assert.True(result.GetProperty("median_us").GetDouble() > 0));
    }

    [Fact]
    public async Task Text_has_a_table_and_a_chart()
    {
        string text = (await RunAsync("speed", "--only", "keccak.f1600.x1")).Succeeded().Out;
        Assert.Contains("│ keccak.f1600.x1", text, StringComparison.Ordinal);
        Assert.Contains("█", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_operations_and_back_ends_are_refused()
    {
        (await RunAsync("speed", "--only", "rsa")).FailedWith(1, "mldsa65.sign");
        (await RunAsync("speed", "--backend", "1024")).FailedWith(2, "1024");
    }
}

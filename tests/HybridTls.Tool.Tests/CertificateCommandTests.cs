using System.Text.Json;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

public sealed class CertificateCommandTests : ToolTestBase
{
    [Fact]
    public async Task An_authority_issues_for_a_server_and_a_client()
    {
        Identities files = await MakeIdentitiesAsync();
        JsonElement server = await ShowFirstAsync(files.Server);
        Assert.Equal("CN=Test Root", server.GetProperty("issuer").GetString());
        Assert.Equal(["localhost", "127.0.0.1"], server.GetProperty("names").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal(["server"], server.GetProperty("purposes").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal(await PinOfAsync(files.ServerKey), server.GetProperty("spkiSha256").GetString());
        JsonElement client = await ShowFirstAsync(files.Client);
        Assert.Equal("CN=Test Client", client.GetProperty("subject").GetString());
        Assert.True((await ShowFirstAsync(files.Ca)).GetProperty("isAuthority").GetBoolean());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.ServerKey));
    }

    [Theory]
    [InlineData("self-signed", "--name", "no host", "neither a host name")]
    [InlineData("request", "--name", "no host", "neither a host name")]
    [InlineData("ca", "--subject", "no=name", "no distinguished name")]
    public async Task What_is_refused_leaves_no_key_behind(string command, string option, string value, string expected)
    {
        string key = PathOf("refused.key");
        (await RunAsync("cert", command, option, value, "--key", key, "--out", PathOf("refused.crt"))).FailedWith(1, expected);
        Assert.False(File.Exists(key));
    }

    [Fact]
    public async Task An_authority_below_another_sends_its_own_certificate_along()
    {
        Identities files = await MakeIdentitiesAsync();
        string ca = PathOf("issuing.crt"), caKey = PathOf("issuing.key"), leaf = PathOf("deep.crt");
        (await RunAsync("cert", "ca", "--subject", "Issuing", "--ca", files.Ca, "--ca-key", files.CaKey, "--key", caKey, "--out",
            ca)).Succeeded();
        (await RunAsync("cert", "issue", "--ca", ca, "--ca-key", caKey, "--name", "deep.example", "--key", PathOf("deep.key"), "--out",
            leaf)).Succeeded();
        JsonElement chain = (await RunAsync("cert", "show", leaf, "--json")).Succeeded().Json.GetProperty("certificates");
        string[] subjects = [.. chain.EnumerateArray().Select(static one => one.GetProperty("subject").GetString()!)];
        Assert.Equal(["CN=deep.example", "CN=Issuing"], subjects);
        (await RunAsync("cert", "ca", "--subject", "Third", "--ca", ca, "--ca-key", caKey, "--key", PathOf("3.key"), "--out",
            PathOf("3.crt")))
            .FailedWith(1, "pathLenConstraint");
    }

    [Fact]
    public async Task A_request_is_issued_with_the_names_it_asks_for_or_with_others()
    {
        Identities files = await MakeIdentitiesAsync();
        string request = PathOf("a.csr"), key = PathOf("a.key");
        JsonElement made = (await RunAsync("cert", "request", "--name", "a.example", "--key", key, "--out", request,
            "--json")).Succeeded().Json;
        Assert.True(made.GetProperty("privateKeyCreated").GetBoolean());
        ToolRun shown = (await RunAsync("cert", "show", request)).Succeeded();
        Assert.Contains("a.example", shown.Out, StringComparison.Ordinal);

        string[] issue = ["cert", "issue", "--ca", files.Ca, "--ca-key", files.CaKey, "--request", request, "--json"];
        JsonElement asked = (await RunAsync([.. issue, "--out", PathOf("1.crt")])).Succeeded().Json.GetProperty("certificates")[0];
        Assert.Equal("a.example", asked.GetProperty("names")[0].GetString());
        Assert.Equal(await PinOfAsync(key), asked.GetProperty("spkiSha256").GetString());
        JsonElement other = (await RunAsync([.. issue, "--out", PathOf("2.crt"), "--name",
            "b.example"])).Succeeded().Json.GetProperty("certificates")[0];
        Assert.Equal("b.example", other.GetProperty("names")[0].GetString());
        (await RunAsync([.. issue[..^1], "--out", PathOf("3.crt"), "--key", key])).FailedWith(1, "leave one away");
    }

    [Fact]
    public async Task A_self_signed_certificate_uses_the_existing_key_and_is_not_overwritten()
    {
        string key = PathOf("a.key"), file = PathOf("a.crt");
        (await RunAsync("key", "new", key)).Succeeded();
        string[] command = ["cert", "self-signed", "--name", "localhost", "--days", "7", "--key", key, "--out", file];
        ToolRun made = (await RunAsync([.. command, "--json"])).Succeeded();
        Assert.False(made.Json.GetProperty("privateKeyCreated").GetBoolean());
        JsonElement certificate = made.Json.GetProperty("certificates")[0];
        Assert.Equal(await PinOfAsync(key), certificate.GetProperty("spkiSha256").GetString());
        double days = (certificate.GetProperty("notAfter").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalDays;
        Assert.InRange(days, 6.9, 7.1);
        (await RunAsync(command)).FailedWith(1, "--force");
        (await RunAsync([.. command, "--force"])).Succeeded();
    }

    [Fact]
    public async Task Text_shows_a_tree_with_issuer_names_and_validity()
    {
        Identities files = await MakeIdentitiesAsync();
        string text = (await RunAsync("cert", "show", files.Server)).Succeeded().Out;
        foreach (string words in (string[])["CN=localhost", "issuer", "CN=Test Root", "127.0.0.1", "ML-DSA-65", "more days", "└──"])
            Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_issued_is_refused_with_the_option_to_change()
    {
        Identities files = await MakeIdentitiesAsync();
        string[] issue = ["cert", "issue", "--ca", files.Ca, "--ca-key", files.CaKey, "--out", PathOf("x.crt")];
        (await RunAsync([.. issue, "--key", PathOf("x.key")])).FailedWith(1, "--name");
        Assert.False(File.Exists(PathOf("x.key")));
        (await RunAsync([.. issue, "--name", "x"])).FailedWith(1, "--request");
        (await RunAsync([.. issue, "--key", PathOf("x.key"), "--name", "x", "--days", "0"])).FailedWith(1, "--days");
        (await RunAsync([.. issue, "--key", PathOf("x.key"), "--name", "not a name"])).FailedWith(1, "not a name");
        (await RunAsync([.. issue, "--key", PathOf("x.key"), "--subject", "CN=,=,"])).FailedWith(1, "--subject");
        (await RunAsync("cert", "issue", "--ca", files.Server, "--ca-key", files.ServerKey, "--name", "x", "--key", PathOf("x.key"),
            "--out", PathOf("x.crt")))
            .FailedWith(1, "no authority");
        (await RunAsync("cert", "issue", "--ca", files.Ca, "--ca-key", files.ServerKey, "--name", "x", "--key", PathOf("x.key"),
            "--out", PathOf("x.crt")))
            .FailedWith(1, "no authority");
        (await RunAsync("cert", "ca", "--ca", files.Ca, "--key", PathOf("x.key"), "--out", PathOf("x.crt"))).FailedWith(1, "--ca-key");
        (await RunAsync("cert", "self-signed", "--name", "x", "--key", PathOf("x"), "--out", PathOf("x"))).FailedWith(1, "same file");
        (await RunAsync("cert", "self-signed", "--name", "x", "--key", PathOf("x.key"), "--out", PathOf("none/x"))).FailedWith(1, "folder");
    }

    [Fact]
    public async Task A_file_without_certificates_is_refused()
    {
        await File.WriteAllTextAsync(PathOf("text"), "no certificate", Token);
        (await RunAsync("cert", "show", PathOf("text"))).FailedWith(1, "no certificate");
        (await RunAsync("cert", "show", PathOf("missing"))).FailedWith(1, "There is no file");
        (await RunAsync("cert", "show", Path.GetTempPath())).FailedWith(1, "is a folder");
    }

    private static async Task<JsonElement> ShowFirstAsync(string file) =>
        (await RunAsync("cert", "show", file, "--json")).Succeeded().Json.GetProperty("certificates")[0];
}

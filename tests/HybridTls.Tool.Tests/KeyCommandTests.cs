using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

public sealed class KeyCommandTests : ToolTestBase
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_new_key_is_readable_private_and_its_hash_is_the_one_that_is_printed()
    {
        string file = PathOf("a.key");
        ToolRun run = (await RunAsync("key", "new", file, "--json")).Succeeded();
        using MLDsa key = ManagedMLDsa.ImportFromPem(await File.ReadAllTextAsync(file, Token));
        string pin = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        Assert.Equal(pin, run.Json.GetProperty("spkiSha256").GetString());
        Assert.Equal(pin, await PinOfAsync(file));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Text_shows_the_hash_and_the_file()
    {
        string file = PathOf("a.key");
        ToolRun run = (await RunAsync("key", "new", file)).Succeeded();
        Assert.Contains(await PinOfAsync(file), run.Out, StringComparison.Ordinal);
        Assert.Contains(file, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_key_is_kept_unless_forced_and_stays_private()
    {
        string file = PathOf("a.key");
        (await RunAsync("key", "new", file)).Succeeded();
        string before = await File.ReadAllTextAsync(file, Token);
        (await RunAsync("key", "new", file)).FailedWith(1, "--force");
        Assert.Equal(before, await File.ReadAllTextAsync(file, Token));

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.OtherRead);
        (await RunAsync("key", "new", file, "--force")).Succeeded();
        Assert.NotEqual(before, await File.ReadAllTextAsync(file, Token));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task An_encrypted_key_opens_with_its_password_alone()
    {
        string file = PathOf("a.key"), password = PathOf("password"), wrong = PathOf("wrong");
        await File.WriteAllTextAsync(password, "correct horse\nsecond line", Token);
        await File.WriteAllTextAsync(wrong, "battery staple", Token);
        ToolRun made = (await RunAsync("key", "new", file, "--encrypt", "--password-file", password, "--json")).Succeeded();
        Assert.True(made.Json.GetProperty("encrypted").GetBoolean());
        string pem = await File.ReadAllTextAsync(file, Token);
        using MLDsa key = ManagedMLDsa.ImportFromEncryptedPem(pem, "correct horse");

        (await RunAsync("key", "show", file, "--password-file", password)).Succeeded();
        (await RunAsync("key", "show", file, "--password", "correct horse")).Succeeded();
        (await RunAsync("key", "show", file)).FailedWith(1, "--password-file");
        (await RunAsync("key", "show", file, "--password-file", wrong)).FailedWith(1, "the password is wrong");
        (await RunAsync("key", "show", file, "--password", "a", "--password-file", wrong)).FailedWith(1,
            "leave --password or --password-file away");
    }

    [Fact]
    public async Task Encryption_without_a_password_and_without_a_terminal_fails_and_writes_nothing()
    {
        (await RunAsync("key", "new", PathOf("a.key"), "--encrypt")).FailedWith(1, "--password-file");
        Assert.False(File.Exists(PathOf("a.key")));
    }

    [Fact]
    public async Task The_public_key_is_written_and_shown()
    {
        string file = PathOf("a.key"), publicFile = PathOf("a.pub");
        (await RunAsync("key", "new", file, "--public", publicFile)).Succeeded();
        Assert.Contains("BEGIN PUBLIC KEY", await File.ReadAllTextAsync(publicFile, Token), StringComparison.Ordinal);
        Assert.Equal(await PinOfAsync(file), await PinOfAsync(publicFile));
    }

    [Fact]
    public async Task A_classical_key_is_named()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(PathOf("ec.key"), key.ExportPkcs8PrivateKeyPem(), Token);
        (await RunAsync("key", "show", PathOf("ec.key"))).FailedWith(1, "HybridTls needs an ML-DSA-65 key");
        await File.WriteAllTextAsync(PathOf("ec.pub"), key.ExportSubjectPublicKeyInfoPem(), Token);
        (await RunAsync("key", "show", PathOf("ec.pub"))).FailedWith(1, "ML-DSA-65");
    }
}

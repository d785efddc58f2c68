using System.CommandLine;
using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Connections;

/// <summary>Whom a side trusts: authorities, pinned keys, or, said aloud, anybody.</summary>
internal sealed class TrustOptions
{
    private readonly Option<FileInfo?> _ca;
    private readonly Option<string[]> _pins;
    private readonly Option<bool> _insecure;

    /// <summary>Creates the options.</summary>
    /// <param name="peer">What the peer is called in the help.</param>
    public TrustOptions(string peer)
    {
        _ca = new Option<FileInfo?>("--ca")
        {
            Description = $"Trust {peer}s whose certificate leads to one of these (PEM).",
            HelpName = "FILE",
        };
        _pins = new Option<string[]>("--pin")
        {
            Description =
                $"Trust the {peer} with this key: SHA-256 of its SubjectPublicKeyInfo in hex, or a PUBLIC KEY file; may be repeated.",
            HelpName = "HASH|FILE",
            AllowMultipleArgumentsPerToken = false,
        };
        _insecure = new Option<bool>("--insecure") { Description = $"Trust any {peer}: no protection against an attacker in between." };
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_ca);
        command.Options.Add(_pins);
        command.Options.Add(_insecure);
    }

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rawPublicKeys">Whether the peer may present a raw public key, which no authority vouches for.</param>
    /// <param name="warn">Told that --insecure is given.</param>
    /// <param name="found">Told, for each connection, what --insecure lets pass.</param>
    /// <returns>The trust; null if none is given.</returns>
    public PeerValidation? Read(ParseResult parsed, bool rawPublicKeys, Action<string> warn, Action<string>? found = null)
    {
        FileInfo? ca = parsed.GetValue(_ca);
        ReadOnlyMemory<byte>[] pins = [.. (parsed.GetValue(_pins) ?? []).Select(ReadPin)];
        if (parsed.GetValue(_insecure))
        {
            if (ca is not null || pins.Length > 0)
                throw new ToolException("--insecure trusts anybody, so --ca and --pin mean nothing beside it: leave one of them away.");
            warn("--insecure: whoever answers is trusted, so anybody in between can read and change everything.");
            return PeerValidation.DangerousCallbackAlone((context, _) =>
            {
                foreach (string finding in context.Findings)
                    found?.Invoke(finding);
                return ValueTask.FromResult(PeerVerdict.Accept);
            });
        }

        if (ca is not null && rawPublicKeys)
            throw new ToolException("--ca judges certificates, and a raw public key has none: use --pin HASH with --raw-public-key.");
        if (ca is null)
            return pins.Length == 0 ? null : PeerValidation.PinnedPublicKeyHashes(pins);
        PeerValidation anchors = ReadAnchors(ca);
        return pins.Length == 0 ? anchors : anchors.AndPinnedPublicKeyHashes(pins);
    }

    private static PeerValidation ReadAnchors(FileInfo file)
    {
        string pem = InputFile.ReadText(file, "the trusted certificates");
        try
        {
            return PeerValidation.TrustAnchorsFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new ToolException($"{file}: {exception.Message}", exception);
        }
    }

    private static ReadOnlyMemory<byte> ReadPin(string text)
    {
        string hex = text.Replace(":", "", StringComparison.Ordinal);
        if (hex.Length == 2 * SHA256.HashSizeInBytes && hex.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(hex);
        if (File.Exists(text))
        {
            if (PemReader.FindPublicKey(InputFile.ReadText(new FileInfo(text), "the public key")) is { } publicKey)
                return SHA256.HashData(publicKey);
        }

        throw new ToolException(
            $"--pin {text} is neither 64 hexadecimal digits nor a file of a public key in PEM: " +
                "\"hybridtls key show FILE\" prints the hash.");
    }
}

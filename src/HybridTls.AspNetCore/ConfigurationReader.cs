using System.Globalization;
using System.Net.Security;
using Microsoft.Extensions.Configuration;

namespace HybridTls.AspNetCore;

/// <summary>
/// Reads the keys of a section by hand: without reflection, and with messages that name the key. A key that nobody knows is refused,
/// since it is a misspelt one.
/// </summary>
internal sealed class ConfigurationReader
{
    private readonly IConfigurationSection _section;
    private readonly IConfigurationSection? _parent;
    private readonly HashSet<string> _unread;
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Reads <paramref name="section"/>, and where that says nothing its <paramref name="parent"/>.</summary>
    public ConfigurationReader(IConfigurationSection section, IConfigurationSection? parent = null)
    {
        _section = section;
        _parent = parent;
        _unread = new HashSet<string>(section.GetChildren().Select(static child => child.Key), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Marks <paramref name="key"/> as known; the value is read elsewhere.</summary>
    public void Skip(string key) => Know(key);

    /// <summary>The text of a key; null without one.</summary>
    public string? GetText(string key)
    {
        string? value = GetOwnText(key) ?? _parent?[key];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The text of a key of this section alone; null without one.</summary>
    public string? GetOwnText(string key)
    {
        Know(key);
        string? value = _section[key];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The texts of a list; null without one. One text alone is a list of one.</summary>
    public IReadOnlyList<string>? GetList(string key)
    {
        Know(key);
        IConfigurationSection list = _section.GetSection(key);
        if (!list.Exists() && _parent is not null)
            list = _parent.GetSection(key);
        string[] values = [.. list.GetChildren().Select(static child => child.Value ?? "")];
        if (values.Length == 0)
            return string.IsNullOrEmpty(list.Value) ? null : [list.Value];
        return values.Any(static value => value.Length == 0) ? throw Bad(key, "holds an empty element") : values;
    }

    public TimeSpan? GetTime(string key) => GetText(key) is not { } text
        ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value) && value > TimeSpan.Zero
            ? value
            : throw Bad(key, $"is \"{text}\"; it must be a positive time such as \"00:00:10\"");

    public int? GetInt(string key, int minimum) => GetText(key) is not { } text
        ? null
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && value >= minimum
            ? value
            : throw Bad(key, $"is \"{text}\"; it must be a number of at least {minimum}");

    public long? GetLong(string key, long minimum) => GetText(key) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) && value >= minimum
            ? value
            : throw Bad(key, $"is \"{text}\"; it must be a number of at least {minimum}");

    public bool? GetBool(string key) => GetText(key) is not { } text
        ? null
        : bool.TryParse(text, out bool value) ? value : throw Bad(key, $"is \"{text}\"; it must be true or false");

    public TEnum? GetEnum<TEnum>(string key)
        where TEnum : struct, Enum => GetText(key) is { } text ? ParseEnum<TEnum>(key, text) : null;

    public IReadOnlyList<TlsCipherSuite>? GetCipherSuites(string key) =>
        GetList(key) is { } names ? [.. names.Select(name => ParseEnum<TlsCipherSuite>(key, name))] : null;

    /// <summary>A path of this section alone, relative ones from <paramref name="root"/>.</summary>
    public string? GetOwnPath(string key, string root) => GetOwnText(key) is { } path ? Path.GetFullPath(path, root) : null;

    /// <summary>A path, relative ones from <paramref name="root"/>.</summary>
    public string? GetPath(string key, string root) => GetText(key) is { } path ? Path.GetFullPath(path, root) : null;

    /// <summary>Refuses what was not read.</summary>
    public void ThrowIfUnknown()
    {
        if (_unread.Count > 0)
            throw Bad(
                _unread.Order(StringComparer.Ordinal).First(), $"is no key that HybridTls knows here: {string.Join(", ", _known)}");
    }

    /// <summary>The failure of one key.</summary>
    public InvalidOperationException Bad(string key, string problem, Exception? inner = null) =>
        new($"{_section.Path}:{key} {problem}{(problem.EndsWith('.') ? "" : ".")}", inner);

    private void Know(string key)
    {
        _known.Add(key);
        _unread.Remove(key);
    }

    private TEnum ParseEnum<TEnum>(string key, string text)
        where TEnum : struct, Enum =>
        !char.IsAsciiDigit(text[0]) && text[0] != '-' && Enum.TryParse(text, ignoreCase: true, out TEnum value)
            ? value
            : throw Bad(key, typeof(TEnum) == typeof(TlsCipherSuite)
                ? $"holds \"{text}\", which is no cipher suite's name; use e.g. TLS_AES_256_GCM_SHA384"
                : $"is \"{text}\"; it must be one of {string.Join(", ", Enum.GetNames<TEnum>())}");
}

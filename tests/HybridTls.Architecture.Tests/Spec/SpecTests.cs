using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using HybridTls.Records;

namespace HybridTls.Tests.Spec;

/// <summary>Keeps spec/profile.md, the tests and the code's constants together.</summary>
public sealed class SpecTests
{
    private static readonly Regex IdPattern = new(@"HT-[A-Z]+-\d+");
    private static readonly Regex SourcePattern = new(@"\[(§|RFC |FIPS |draft-|profile)[^\]]*\]$");
    private static readonly Regex AlertPattern = new(@"TlsAlert\.([A-Z]\w+)");

    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    [Fact]
    public void Every_clause_has_a_test()
    {
        HashSet<string> tested = [.. ClauseUse.All.Select(static use => use.Id)];
        AssertNone(SpecDocument.Clauses.Select(static clause => clause.Id).Where(id => !tested.Contains(id)));
    }

    [Fact]
    public void No_test_names_a_clause_that_does_not_exist()
    {
        HashSet<string> known = [.. SpecDocument.Clauses.Select(static clause => clause.Id)];
        AssertNone(ClauseUse.All.Where(use => !known.Contains(use.Id)).Select(static use => $"{use.Id} in {use.File}"));
    }

    [Fact]
    public void Every_clause_is_named_where_the_code_decides()
    {
        HashSet<string> named = [.. ClausesInSource().Select(static use => use.Id)];
        AssertNone(SpecDocument.Clauses.Select(static clause => clause.Id).Where(id => !named.Contains(id)));
    }

    [Fact]
    public void No_source_file_names_a_clause_that_does_not_exist()
    {
        HashSet<string> known = [.. SpecDocument.Clauses.Select(static clause => clause.Id)];
        AssertNone(ClausesInSource().Where(use => !known.Contains(use.Id)).Select(static use => $"{use.Id} in {use.File}"));
    }

    [Fact]
    public void A_clause_is_carried_by_methods_that_run_as_tests() =>
        AssertNone(ClauseUse.All.Where(static use => !use.RunsAsTest).Select(static use => $"{use.Id} in {use.File}"));

    [Fact]
    public void Clauses_are_numbered_once_and_in_order()
    {
        Assert.NotEmpty(SpecDocument.Clauses);
        foreach (IGrouping<string, string> room in SpecDocument.Clauses.Select(static clause => clause.Id).GroupBy(static id => id[..id.LastIndexOf('-')]))
            Assert.Equal(Enumerable.Range(1, room.Count()).Select(number => $"{room.Key}-{number}"), room);
    }

    [Fact]
    public void Every_clause_names_its_source() =>
        AssertNone(SpecDocument.Clauses.Where(static clause => !SourcePattern.IsMatch(clause.Text)).Select(static clause => clause.Id));

    [Fact]
    public void Text_that_looks_like_a_clause_is_one()
    {
        HashSet<string> known = [.. SpecDocument.Clauses.Select(static clause => clause.Id)];
        AssertNone(SpecDocument.Lines.SelectMany(static line => IdPattern.Matches(line)).Select(static match => match.Value).Where(id => !known.Contains(id)));
    }

    [Fact]
    [Clause("HT-LIM-1")]
    public void The_limits_of_the_spec_are_those_of_the_code()
    {
        IReadOnlyList<string[]> rows = SpecDocument.Table("limits");
        Assert.NotEmpty(rows);
        foreach (string[] row in rows)
            Assert.Equal($"{row[0]} = {row[1]}", $"{row[0]} = {ValueOf(row[0])}");
    }

    [Fact]
    [Clause("HT-LIM-1")]
    public void Every_limit_of_the_record_layer_stands_in_the_spec()
    {
        HashSet<string> named = [.. SpecDocument.Table("limits").Select(static row => row[0])];
        IEnumerable<string> constants = typeof(RecordLimits).GetFields(Everything).Where(static field => field.IsLiteral).Select(static field => $"RecordLimits.{field.Name}");
        IEnumerable<string> messages = typeof(HandshakeMessageLimits).GetProperties().Where(static p => p.PropertyType == typeof(int)).Select(static p => $"HandshakeMessageLimits.{p.Name}");
        AssertNone(constants.Concat(messages).Where(name => !named.Contains(name)));
    }

    [Fact]
    [Clause("HT-ALERT-1")]
    public void Every_alert_that_the_code_sends_stands_in_the_alert_table_and_no_other()
    {
        HashSet<TlsAlert> sent = [TlsAlert.CloseNotify, TlsAlert.DecodeError, TlsAlert.IllegalParameter];
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("src", "HybridTls"), "*.cs", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is "TlsAlert.cs" || file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                continue;
            string code = string.Join('\n', File.ReadLines(file).Where(static line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            foreach (Match match in AlertPattern.Matches(code))
                sent.Add(Enum.Parse<TlsAlert>(match.Groups[1].Value));
        }

        // Named in the code because it is ignored when it comes.
        sent.Remove(TlsAlert.UserCanceled);
        Assert.Equal(sent.Order(), SpecDocument.Table("alerts").Select(static row => SpecDocument.AlertOf(row[0])).Order());
        AssertNone(SpecDocument.Table("alerts").Where(static row => (byte)SpecDocument.AlertOf(row[0]) != byte.Parse(row[1], CultureInfo.InvariantCulture)).Select(static row => row[0]));
    }

    private static IEnumerable<(string Id, string File)> ClausesInSource() =>
        from file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        from line in File.ReadLines(file)
        from match in IdPattern.Matches(line)
        select (match.Value, Path.GetFileName(file));

    private static void AssertNone(IEnumerable<string> violations) => Assert.Equal("", string.Join('\n', violations));

    /// <summary>The value of a constant, of a default limit, or of an option that nobody set.</summary>
    private static string ValueOf(string name)
    {
        string[] parts = name.Split('.');
        Type type = typeof(HybridTlsOptions).Assembly.GetTypes().Single(type => type.Name == parts[0]);
        object? value = type.GetField(parts[1], Everything) is { } field
            ? field.GetValue(null)
            : type.GetProperty(parts[1], Everything)!.GetValue(type == typeof(HybridTlsOptions) ? new HybridTlsServerOptions() : Activator.CreateInstance(type));
        return value switch
        {
            null => "none",
            TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms"),
            IFormattable number and (int or ulong or long or byte or ushort) => number.ToString("N0", CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }
}

namespace HybridTls.Tests.Architecture;

/// <summary>Rooms without circles: what docs/architecture.md says of the order of the rooms is what the compiled code does.</summary>
public sealed class RoomTests
{
    public static TheoryData<string> Storeys => [.. Storey.All.Select(static storey => storey.Name)];

    [Theory]
    [MemberData(nameof(Storeys))]
    public void A_room_uses_only_rooms_below_it(string name)
    {
        List<string> order = [.. RoomTable.Of(name).Select(static row => row.Room)];
        List<string> violations = [.. Find(name).Arrows()
            .Where(arrow => order.IndexOf(arrow.Key.To) <= order.IndexOf(arrow.Key.From))
            .Select(static arrow => $"{arrow.Key.From} -> {arrow.Key.To}: {arrow.Value}").Order(StringComparer.Ordinal)];
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Theory]
    [MemberData(nameof(Storeys))]
    public void The_table_names_every_arrow_and_no_other(string name)
    {
        IEnumerable<(string From, string[] To)> documented = RoomTable.Of(name).Select(static row => (row.Room, row.Uses));
        ILookup<string, string> found = Find(name).Arrows().Keys.ToLookup(static arrow => arrow.From, static arrow => arrow.To);
        List<string> differences = [];
        foreach ((string from, string[] to) in documented)
        {
            string[] actual = [.. found[from].Order(StringComparer.Ordinal)];
            if (!actual.SequenceEqual(to.Order(StringComparer.Ordinal)))
                differences.Add($"{from} uses {string.Join(", ", actual)}; the table says {string.Join(", ", to)}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Theory]
    [MemberData(nameof(Storeys))]
    public void The_table_names_every_room(string name) =>
        Assert.Equal(Find(name).Rooms.Order(StringComparer.Ordinal), RoomTable.Of(name).Select(static row => row.Room).Order(StringComparer.Ordinal));

    [Fact]
    public void The_connections_need_no_shared_framework_but_the_runtimes()
    {
        string[] allowed = ["Microsoft.AspNetCore.Connections.Abstractions", "Microsoft.Extensions.Features", "Microsoft.Extensions.Logging.Abstractions"];
        Assert.Equal(allowed, Find("HybridTls.Connections").Module.AssemblyReferences.Select(static reference => reference.Name)
            .Where(static name => name.StartsWith("Microsoft.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static Storey Find(string name) => Storey.All.Single(storey => storey.Name == name);
}

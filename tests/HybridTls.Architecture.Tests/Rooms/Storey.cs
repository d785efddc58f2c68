using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HybridTls.Tests.Architecture;

/// <summary>
/// One assembly of <c>src</c>: its compiled types, and the room of each. A room is a folder; a type lies in the file of its name, so the
/// folder of the file says where it belongs, whatever its namespace.
/// </summary>
internal sealed class Storey
{
    /// <summary>The name of the room that is no folder.</summary>
    public const string Root = "(root)";

    private readonly Dictionary<string, string> _rooms = [];

    private Storey(string name)
    {
        Name = name;
        Module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        string folder = Repository.PathOf("src", name);
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            string[] parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar);
            if (parts[0] is "obj" or "bin")
                continue;
            string room = parts.Length == 1 ? Root : parts[0];
            string type = parts[^1][..parts[^1].IndexOf('.', StringComparison.Ordinal)];
            Assert.True(_rooms.TryAdd(type, room) || _rooms[type] == room, $"{name}: {type} lies in two rooms.");
        }
    }

    /// <summary>The storeys, the lowest first.</summary>
    public static IReadOnlyList<Storey> All { get; } =
        [new("HybridTls.Cryptography"), new("HybridTls"), new("HybridTls.Connections"), new("HybridTls.AspNetCore"), new("HybridTls.Tool")];

    /// <summary>The assembly's name.</summary>
    public string Name { get; }

    /// <summary>The compiled assembly.</summary>
    public ModuleDefinition Module { get; }

    /// <summary>Its rooms.</summary>
    public IEnumerable<string> Rooms => _rooms.Values.Distinct();

    /// <summary>The room of a type, or null of one that no file of ours declares.</summary>
    public string? RoomOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        string scope = type.Scope is ModuleDefinition ? Name : type.Scope?.Name ?? "";
        string name = type.Name.Split('`')[0];
        return scope == Name && _rooms.TryGetValue(name, out string? room) ? room : null;
    }

    /// <summary>Who uses whom: the two rooms, and one place that shows it.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Arrows()
    {
        Dictionary<(string, string), string> arrows = [];
        foreach (TypeDefinition type in Module.GetTypes())
        {
            if (RoomOf(type) is not { } from)
                continue;
            foreach (TypeReference used in References.Of(type))
            {
                if (RoomOf(used) is { } to && to != from)
                    arrows.TryAdd((from, to), $"{type.Name} uses {used.Name}");
            }
        }

        return arrows;
    }
}

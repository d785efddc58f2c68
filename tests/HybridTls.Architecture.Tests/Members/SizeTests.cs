using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HybridTls.Tests.Architecture;

/// <summary>A method that does not fit a screen says why.</summary>
public sealed class SizeTests
{
    private const int MaxLines = 60;

    [Fact]
    public void A_method_of_more_than_sixty_lines_begins_with_its_reason()
    {
        List<string> violations = [];
        int measured = 0;
        foreach (Storey storey in Storey.All)
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(
                Path.Combine(AppContext.BaseDirectory, storey.Name + ".dll"), new ReaderParameters { ReadSymbols = true });
            foreach (MethodDefinition method in module.GetTypes().SelectMany(static type => type.Methods))
            {
                // A constructor's points are those of its fields' initial values, too.
                SequencePoint[] points = [.. method.DebugInformation.SequencePoints.Where(static point => !point.IsHidden)];
                if (points.Length == 0 || method.IsConstructor || points[0].Document.Url.EndsWith(".g.cs", StringComparison.Ordinal))
                    continue;
                measured++;
                int first = points.Min(static point => point.StartLine), last = points.Max(static point => point.EndLine);
                if (last - first >= MaxLines && !HasReason(points[0].Document.Url, first))
                    violations.Add($"{method.DeclaringType.FullName}.{method.Name}: {last - first + 1} lines, and no comment \"// Long: …\" at its beginning");
            }
        }

        Assert.InRange(measured, 2000, int.MaxValue);
        Assert.Empty(violations);
    }

    /// <summary>Whether the first lines of the method's body say so; the first sequence point is at its brace or its first statement.</summary>
    private static bool HasReason(string document, int first)
    {
        string path = document.Replace('\\', '/');
        path = Repository.PathOf(path[path.LastIndexOf("/src/", StringComparison.Ordinal)..].TrimStart('/').Split('/'));
        return File.ReadLines(path).Skip(Math.Max(0, first - 5)).Take(7).Any(static line => line.TrimStart().StartsWith("// Long: ", StringComparison.Ordinal));
    }
}

using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HybridTls.Tests.Architecture;

/// <summary>
/// Which methods of <c>src</c> something in <c>src</c> reaches: from what users can call and from the command's entry point, through the
/// compiled code. Virtual calls reach every override, and an interface's member every implementation.
/// </summary>
internal sealed class Reachability
{
    private readonly Dictionary<string, TypeDefinition> _types = [];
    private readonly ILookup<string, MethodDefinition> _implementations;
    private readonly HashSet<MethodDefinition> _reached = [];
    private readonly HashSet<TypeDefinition> _touched = [];
    private readonly Queue<MethodDefinition> _pending = new();

    public Reachability(IReadOnlyList<Storey> storeys)
    {
        foreach (TypeDefinition type in storeys.SelectMany(static storey => storey.Module.GetTypes()))
            _types[type.FullName] = type;
        _implementations = _types.Values.SelectMany(static type => type.Methods)
            .SelectMany(method => BasesOf(method).Select(named => (named, method)))
            .ToLookup(static pair => pair.named, static pair => pair.method);
        foreach (Storey storey in storeys)
        {
            if (storey.Module.EntryPoint is { } entry)
                Reach(entry);
        }

        foreach (MethodDefinition method in _types.Values.SelectMany(static type => type.Methods).Where(IsRoot))
            Reach(method);
        while (_pending.TryDequeue(out MethodDefinition? next))
            Follow(next);
    }

    /// <summary>The methods that nothing reaches, by their full names.</summary>
    public IEnumerable<MethodDefinition> Unreached => _types.Values
        .Where(static type => !IsGenerated(type))
        .SelectMany(static type => type.Methods)
        .Where(method => !_reached.Contains(method) && !IsGenerated(method) && !method.IsAbstract && !method.IsRuntime);

    private static bool IsGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Any(static a => a.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute")
        || (member is TypeDefinition { DeclaringType: { } outer } && IsGenerated(outer))
        || (member is TypeDefinition { Name: ['<', ..] });

    /// <summary>What somebody outside can call, or the runtime does by itself.</summary>
    private bool IsRoot(MethodDefinition method)
    {
        if (method.IsConstructor && method.IsStatic)
            return true;
        bool visible = method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
        for (TypeDefinition? type = method.DeclaringType; visible && type is not null; type = type.DeclaringType)
            visible = type.IsPublic || type.IsNestedPublic || type.IsNestedFamily;
        return visible || OverridesForeign(method);
    }

    /// <summary>Whether it overrides or implements what is not ours: whoever has the object calls it.</summary>
    private bool OverridesForeign(MethodDefinition method)
    {
        if (!method.IsVirtual)
            return false;
        if (method.Overrides.Any(o => Find(o) is null))
            return true;
        TypeReference? type = method.DeclaringType.BaseType;
        while (type is not null && FindType(type) is { } own)
        {
            if (own.Methods.Any(m => m.Name == method.Name && m.IsVirtual))
                return false;
            type = own.BaseType;
        }

        return method.IsReuseSlot
            ? type?.FullName is not ("System.Object" or "System.ValueType") || method.Name is "ToString" or "Equals" or "GetHashCode" or "Finalize"
            : method.IsFinal && method.DeclaringType.Interfaces.Any(i => IsForeign(i.InterfaceType, method.Name));
    }

    /// <summary>Whether the interface, or one that it extends, is not ours.</summary>
    private bool IsForeign(TypeReference type, string member) =>
        FindType(type) is not { } own
        || (!own.Methods.Any(m => m.Name == member) && own.Interfaces.Any(i => IsForeign(i.InterfaceType, member)));

    /// <summary>The full names of the methods that a call of which may reach <paramref name="method"/>.</summary>
    private IEnumerable<string> BasesOf(MethodDefinition method)
    {
        foreach (MethodReference explicitly in method.Overrides)
            yield return Key(explicitly);
        foreach (TypeDefinition above in Ancestors(method.DeclaringType))
        {
            foreach (MethodDefinition candidate in above.Methods)
            {
                if (candidate.Name == method.Name && candidate.Parameters.Count == method.Parameters.Count && (candidate.IsVirtual || candidate.IsAbstract))
                    yield return Key(candidate);
            }
        }
    }

    private IEnumerable<TypeDefinition> Ancestors(TypeDefinition type)
    {
        IEnumerable<TypeReference> direct = type.Interfaces.Select(static i => i.InterfaceType);
        if (type.BaseType is not null)
            direct = direct.Append(type.BaseType);
        foreach (TypeDefinition own in direct.Select(FindType).OfType<TypeDefinition>())
        {
            yield return own;
            foreach (TypeDefinition above in Ancestors(own))
                yield return above;
        }
    }

    private void Reach(MethodDefinition method)
    {
        if (_reached.Add(method))
            _pending.Enqueue(method);
    }

    private void Follow(MethodDefinition method)
    {
        foreach (MethodDefinition implementation in _implementations[Key(method)])
            Reach(implementation);
        if (!method.HasBody)
            return;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is MethodReference called && Find(called) is { } own)
                Reach(own);
        }
    }

    private TypeDefinition? FindType(TypeReference type) => _types.GetValueOrDefault(type.GetElementType().FullName);

    private MethodDefinition? Find(MethodReference reference)
    {
        if (reference is MethodDefinition definition)
            return definition;
        MethodReference element = reference.GetElementMethod();
        return FindType(element.DeclaringType)?.Methods.FirstOrDefault(m =>
            m.Name == element.Name && m.Parameters.Count == element.Parameters.Count
            && m.GenericParameters.Count == element.GenericParameters.Count
            && m.Parameters.Select(static p => p.ParameterType.Name).SequenceEqual(element.Parameters.Select(static p => p.ParameterType.Name)));
    }

    private static string Key(MethodReference method) =>
        $"{method.DeclaringType.GetElementType().FullName}::{method.Name}/{method.Parameters.Count}";
}

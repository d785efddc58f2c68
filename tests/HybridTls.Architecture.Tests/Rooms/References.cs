using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HybridTls.Tests.Architecture;

/// <summary>What a compiled type names: in its declaration, its signatures, its code and its attributes.</summary>
internal static class References
{
    /// <summary>Every type that <paramref name="type"/> names, taken apart into those without arguments, arrays and pointers.</summary>
    public static IEnumerable<TypeReference> Of(TypeDefinition type) => Whole(type).Where(static t => t is not null).SelectMany(Parts!);

    /// <summary>The types in the signature of a method, its own included.</summary>
    public static IEnumerable<TypeReference> Of(MethodReference method)
    {
        yield return method.DeclaringType;
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (method is GenericInstanceMethod instance)
        {
            foreach (TypeReference argument in instance.GenericArguments)
                yield return argument;
        }
    }

    private static IEnumerable<TypeReference?> Whole(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (InterfaceImplementation implemented in type.Interfaces)
            yield return implemented.InterfaceType;
        foreach (TypeReference constraint in type.GenericParameters.SelectMany(static p => p.Constraints).Select(static c => c.ConstraintType))
            yield return constraint;
        foreach (CustomAttribute attribute in type.CustomAttributes)
            yield return attribute.AttributeType;
        foreach (FieldDefinition field in type.Fields)
            yield return field.FieldType;
        foreach (TypeReference used in type.Methods.SelectMany(OfDefinition))
            yield return used;
    }

    private static IEnumerable<TypeReference> OfDefinition(MethodDefinition method)
    {
        foreach (TypeReference used in Of((MethodReference)method))
            yield return used;
        foreach (TypeReference constraint in method.GenericParameters.SelectMany(static p => p.Constraints).Select(static c => c.ConstraintType))
            yield return constraint;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            foreach (TypeReference used in OfOperand(instruction.Operand))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference> OfOperand(object? operand) => operand switch
    {
        TypeReference type => [type],
        MethodReference method => Of(method),
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        IModifierType modified => Parts(modified.ElementType).Concat(Parts(modified.ModifierType)),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        GenericParameter => [],
        _ => [type],
    };
}

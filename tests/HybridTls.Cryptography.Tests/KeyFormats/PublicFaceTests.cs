using System.Reflection;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class PublicFaceTests
{
    [Theory]
    [InlineData(typeof(ManagedMLKem))]
    [InlineData(typeof(ManagedMLDsa))]
    public void Every_static_member_of_the_BCLs_type_is_hidden_by_a_managed_one(Type managed)
    {
        // Else ManagedMLKem.ImportX would compile, and reach the platform's implementation that may not exist.
        MethodInfo[] methods = managed.BaseType!.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly);
        Assert.True(methods.Length > 15);
        foreach (MethodInfo method in methods)
        {
            MethodInfo? own = managed.GetMethod(
                method.Name,
                BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly,
                [.. method.GetParameters().Select(parameter => parameter.ParameterType)]);
            Assert.True(own is not null, $"{managed.Name} does not hide {method}.");
            Assert.Equal(method.ReturnType == managed.BaseType ? managed : method.ReturnType, own.ReturnType);
            Assert.Equal(method.GetParameters().Select(p => p.Name), own.GetParameters().Select(p => p.Name));
        }
    }
}

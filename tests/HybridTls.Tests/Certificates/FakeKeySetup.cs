using System.Runtime.CompilerServices;
using HybridTls.Certificates;

namespace HybridTls.Tests.Certificates;

internal static class FakeKeySetup
{
    [ModuleInitializer]
    internal static void Use() => VerificationKey.Import = static key => FakeMLDsa.FromPublicKey(key.Span);
}

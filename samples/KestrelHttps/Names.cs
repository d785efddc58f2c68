using System.Net.Security;
using HybridTls;

namespace KestrelHttps;

/// <summary>The names that the standards give to what was negotiated.</summary>
internal static class Names
{
    public static string Of(NamedGroup group) => group switch
    {
        NamedGroup.X25519MLKem768 => "X25519MLKEM768",
        _ => $"group 0x{(ushort)group:X4}",
    };

    public static string Of(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.MLDsa65 => "ML-DSA-65",
        _ => $"signature 0x{(ushort)scheme:X4}",
    };

    public static string Of(TlsCipherSuite suite) => suite.ToString();
}

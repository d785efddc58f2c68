using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;

namespace HybridTls.Connections;

/// <summary>
/// Tells the base class of a stream of ours which application protocol was negotiated. <see cref="SocketsHttpHandler"/> asks
/// <see cref="SslStream.NegotiatedApplicationProtocol"/>, which is not virtual and reads a private field. On a runtime without that field,
/// or on which setting it has no effect, <see cref="IsAvailable"/> is false, and https is spoken with HTTP/1.1 alone. See
/// docs/decisions/0006-httpclient.md.
/// </summary>
internal static class SslStreamProtocol
{
    private const string InfoType = "System.Net.Security.SslConnectionInfo";
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly Accessors? Found = Find();

    /// <summary>Whether this runtime can be told.</summary>
    public static bool IsAvailable => Found is not null;

    /// <summary>Tells <paramref name="stream"/>, whose base class never authenticates, of TLS 1.3 and of <paramref name="protocol"/>.</summary>
    public static void Set(SslStream stream, SslApplicationProtocol protocol) => Found?.Set(stream, protocol);

    [DynamicDependency("_connectionInfo", typeof(SslStream))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, InfoType, "System.Net.Security")]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The members are named above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The members are named above.")]
    private static Accessors? Find()
    {
        FieldInfo? info = typeof(SslStream).GetField("_connectionInfo", Members);
        if (info is not { FieldType: { IsValueType: true, FullName: InfoType } type }
            || type.GetField("<Protocol>k__BackingField", Members) is not { } version || version.FieldType != typeof(int)
            || type.GetField("<ApplicationProtocol>k__BackingField", Members) is not { } protocol || protocol.FieldType != typeof(byte[]))
        {
            return null;
        }

        Accessors found = new(info, version, protocol);
        return found.Work() ? found : null;
    }

    private sealed class Accessors(FieldInfo info, FieldInfo version, FieldInfo protocol)
    {
        public void Set(SslStream stream, SslApplicationProtocol value)
        {
            object boxed = info.GetValue(stream)!;
            version.SetValue(boxed, (int)SslProtocols.Tls13);
            protocol.SetValue(boxed, value.Protocol.IsEmpty ? null : value.Protocol.ToArray());
            info.SetValue(stream, boxed);
        }

        /// <summary>Tries it: what counts is what the property then says.</summary>
        public bool Work()
        {
            try
            {
                using SslStream trial = new(new MemoryStream());
                Set(trial, SslApplicationProtocol.Http2);
                return trial.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
            }
#pragma warning disable CA1031 // Another runtime: whatever it throws, it cannot be told.
            catch (Exception)
            {
                return false;
            }
#pragma warning restore CA1031
        }
    }
}

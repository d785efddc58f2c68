using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using HybridTls.Tool.Files;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary>Certificates and requests as trees and as JSON.</summary>
internal static class CertificateView
{
    /// <summary>Prints the document or the tree.</summary>
    public static void Show(ToolConsole console, bool json, JsonObject document, Tree tree, string? note = null)
    {
        if (json)
        {
            CommandActions.WriteJson(console, document);
            return;
        }

        console.Screen.Write(tree);
        if (note is not null)
            console.Screen.Write(new Text(note + "\n", Layout.Dim));
    }

    /// <summary>A chain, one node a certificate.</summary>
    public static Tree ToTree(IReadOnlyList<byte[]> chain, string title)
    {
        Tree tree = new Tree(new Text(title, Layout.Strong)).Guide(TreeGuide.Line);
        foreach (byte[] der in chain)
            AddTo(tree, der);
        return tree;
    }

    /// <summary>A request.</summary>
    public static Tree ToTree(CertificateSigningRequest request)
    {
        Tree tree = new Tree(new Text("certificate request (signature verified)", Layout.Strong)).Guide(TreeGuide.Line);
        Grid grid = Layout.FactGrid(indent: 0);
        grid.Fact("subject", ToolConsole.Printable(request.Subject.Name));
        grid.Fact("names", NamesOf(request.Names));
        grid.Fact("key", "ML-DSA-65");
        grid.Fact("pin", KeyFile.PinOf(request.SubjectPublicKeyInfo.Span));
        tree.AddNode(grid);
        return tree;
    }

    /// <summary>One certificate below a node.</summary>
    public static void AddTo(IHasTreeNodes parent, byte[] der)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
        TreeNode node = parent.AddNode(new Text(ToolConsole.Printable(certificate.Subject), Layout.Strong));
        Grid grid = Layout.FactGrid(indent: 0);
        foreach ((string name, string value) in Facts(certificate))
            grid.Fact(name, value);
        node.AddNode(grid);
    }

    /// <summary>A certificate as JSON.</summary>
    public static JsonObject ToJson(byte[] der)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
        return new JsonObject
        {
            ["subject"] = certificate.Subject,
            ["issuer"] = certificate.Issuer,
            ["names"] = new JsonArray([.. Names(certificate).Select(static name => JsonValue.Create(name))]),
            ["serialNumber"] = certificate.SerialNumber,
            ["notBefore"] = certificate.NotBefore.ToUniversalTime().ToString("O"),
            ["notAfter"] = certificate.NotAfter.ToUniversalTime().ToString("O"),
            ["isAuthority"] = IsAuthority(certificate),
            ["purposes"] = new JsonArray([.. Purposes(certificate).Select(static purpose => JsonValue.Create(purpose))]),
            ["keyAlgorithm"] = KeyAlgorithm(certificate),
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(der)),
            ["spkiSha256"] = PinOf(certificate),
            ["sizeInBytes"] = der.Length,
        };
    }

    /// <summary>A request as JSON.</summary>
    public static JsonObject ToJson(CertificateSigningRequest request) => new()
    {
        ["subject"] = request.Subject.Name,
        ["names"] = new JsonArray([.. request.Names.Select(static name => JsonValue.Create(name))]),
        ["keyAlgorithm"] = "ML-DSA-65",
        ["spkiSha256"] = KeyFile.PinOf(request.SubjectPublicKeyInfo.Span),
    };

    private static IEnumerable<(string Name, string Value)> Facts(X509Certificate2 certificate)
    {
        bool selfIssued = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        yield return ("issuer", selfIssued ? "itself" : ToolConsole.Printable(certificate.Issuer));
        List<string> names = Names(certificate);
        if (names.Count > 0)
            yield return ("names", NamesOf(names));
        yield return ("valid", $"{Layout.Moment(certificate.NotBefore)} to {Layout.Moment(certificate.NotAfter)}{Validity(certificate)}");
        string purposes = string.Join(", ", Purposes(certificate));
        yield return ("for", IsAuthority(certificate) ? "issuing certificates" : purposes.Length > 0 ? purposes : "any purpose");
        yield return ("key", KeyAlgorithm(certificate));
        yield return ("pin", PinOf(certificate));
        yield return ("hash", Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)));
    }

    private static string Validity(X509Certificate2 certificate)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (now > certificate.NotAfter)
            return " (expired)";
        if (now < certificate.NotBefore)
            return " (not valid yet)";
        int days = (int)Math.Round((certificate.NotAfter - now).TotalDays);
        return days == 1 ? " (1 more day)" : $" ({days} more days)";
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509SubjectAlternativeNameExtension extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.AddRange(extension.EnumerateDnsNames());
            names.AddRange(extension.EnumerateIPAddresses().Select(static address => address.ToString()));
        }

        return names;
    }

    private static string NamesOf(IReadOnlyList<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Select(ToolConsole.Printable));

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static extension => extension.CertificateAuthority);

    private static IEnumerable<string> Purposes(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(static extension => extension.EnhancedKeyUsages.Cast<Oid>())
            .Select(static oid => oid.Value switch
            {
                Oids.ServerAuthenticationDotted => "server",
                Oids.ClientAuthenticationDotted => "client",
                string other => other,
                null => "?",
            });

    private static string KeyAlgorithm(X509Certificate2 certificate) =>
        certificate.PublicKey.Oid.Value == Oids.MLDsa65Dotted
            ? "ML-DSA-65"
            : certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value ?? "unknown";

    private static string PinOf(X509Certificate2 certificate) => KeyFile.PinOf(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}

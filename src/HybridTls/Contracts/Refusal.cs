using System.Globalization;

namespace HybridTls;

/// <summary>A reason of refusal: the alert that the peer gets, the section that says so, the text for the operator.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Alert">The alert.</param>
/// <param name="Section">The RFC and its section.</param>
/// <param name="Text">The text, a composite format string.</param>
internal sealed record Refusal(FailureReason Reason, TlsAlert Alert, string Section, string Text)
{
    /// <summary>The text with its arguments, and the section.</summary>
    public string Describe(params ReadOnlySpan<object?> arguments)
    {
        string text = string.Format(CultureInfo.InvariantCulture, Text, arguments);
        return $"{text.TrimEnd('.')} ({Section}).";
    }
}

namespace HybridTls.Tests;

/// <summary>Names the clause of <c>spec/profile.md</c> that a test shows. <see cref="Spec.SpecTests"/> finds clauses without a test.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ClauseAttribute(string id) : Attribute
{
    /// <summary>The clause, such as HT-REC-1.</summary>
    public string Id { get; } = id;
}

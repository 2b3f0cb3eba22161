using KvCompose.Combinations.Catalogue;
using Microsoft.CodeAnalysis;

namespace KvCompose.Combinations.Compiling;

/// <summary>What the analyzer says of a combination, and whether the generator agrees.</summary>
/// <param name="Combination">The combination.</param>
/// <param name="Diagnostics">All that was reported of its class.</param>
/// <param name="Generated">Whether code was emitted for it.</param>
internal sealed record Verdict(Combination Combination, IReadOnlyList<Diagnostic> Diagnostics, bool Generated)
{
    /// <summary>Whether nothing is in error.</summary>
    public bool Accepted => Diagnostics.All(static diagnostic => diagnostic.Severity != DiagnosticSeverity.Error);

    /// <summary>Rules that refuse it.</summary>
    public IEnumerable<string> Refusals
        => Diagnostics.Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(static diagnostic => diagnostic.Id).Distinct();
}

using System.Collections.Immutable;

namespace KvCompose.Shared.Diagnostics;

/// <summary>One broken rule. It is passed on at once and never kept, so it may point into syntax.</summary>
/// <param name="Id">The rule, such as KVC1001; the analyzer holds its descriptor.</param>
/// <param name="Site">Where; resolved to a location only by a sink that needs it.</param>
/// <param name="Arguments">What fills the holes of the rule's message, in order.</param>
internal readonly record struct Finding(string Id, DiagnosticSite Site, params string[] Arguments)
{
    /// <summary>What a code fix needs to know, so that it never has to read messages.</summary>
    public ImmutableDictionary<string, string?> FixData { get; init; } = ImmutableDictionary<string, string?>.Empty;
}

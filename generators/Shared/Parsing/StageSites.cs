using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Where the stages of a pipeline are declared. Holds syntax: it is used while a declaration is checked, and never kept.</summary>
internal sealed class StageSites
{
    /// <summary>For those who are told of nothing: every site is nowhere.</summary>
    public static readonly StageSites None = new();

    private readonly Dictionary<(StageSlot, int), AttributeData> _declarations = [];

    /// <summary>The [KvPipeline], or null for those who are told of nothing.</summary>
    public AttributeData? Pipeline { get; init; }

    /// <summary>The [MaxCacheBytes], or null.</summary>
    public AttributeData? Limit { get; init; }

    public void Add(StageSlot slot, int ordinal, AttributeData declaration) => _declarations[(slot, ordinal)] = declaration;

    /// <summary>The value of an argument of [KvPipeline].</summary>
    public DiagnosticSite OfPipeline(string argument) => Pipeline is null ? default : DiagnosticSite.Of(Pipeline, argument);

    /// <summary>The limit of the cache.</summary>
    public DiagnosticSite OfLimit() => Limit is null ? default : DiagnosticSite.Of(Limit);

    /// <summary>The attribute that declares a stage.</summary>
    public DiagnosticSite Of(StageSpec stage)
        => _declarations.TryGetValue((stage.Slot, stage.Ordinal), out AttributeData? declaration) ? DiagnosticSite.Of(declaration) : default;

    /// <summary>The value of one of its arguments, or the attribute where it is not given.</summary>
    public DiagnosticSite Of(StageSpec stage, string argument)
        => _declarations.TryGetValue((stage.Slot, stage.Ordinal), out AttributeData? declaration) ? DiagnosticSite.Of(declaration, argument) : default;
}

using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Decides whether every stage can read the pages that the others leave. Knows no stage by name.</summary>
internal static class LayoutRules
{
    /// <summary>Tells the sink what cannot be; true when nothing is in error.</summary>
    public static bool Check(
        string pipeline, AttributeData attribute, int pageTokens, IReadOnlyList<StageSpec> stages, StageSites sites,
        IDiagnosticSink sink)
        => CheckLayouts(stages, sites, sink) & CheckPages(pipeline, attribute, pageTokens, stages, sites, sink);

    private static bool CheckLayouts(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (StageSpec leaves in stages)
        {
            CacheLayout layout = LeftBy(leaves);
            foreach (StageSpec reads in stages)
            {
                if (layout > reads.Facts.Carries)
                {
                    valid = false;
                    sink.Report(new Finding(
                        RuleIds.LayoutNotCarried, sites.Of(leaves), leaves.Type.Name, Word(layout), reads.Type.Name, Word(reads.Facts.Carries)));
                }
            }
        }

        return valid;
    }

    /// <summary>Numbers of tokens that differ from head to head are ragged, whatever a stage says.</summary>
    private static CacheLayout LeftBy(StageSpec stage)
        => stage.Facts.Layout == CacheLayout.Uniform && (stage.Facts.Provides & StageProducts.HeadBudgets) != 0 ? CacheLayout.Ragged : stage.Facts.Layout;

    private static string Word(CacheLayout layout) => layout.ToString().ToLowerInvariant();

    /// <summary>Stages that work on pages of one size must find these.</summary>
    private static bool CheckPages(
        string pipeline, AttributeData attribute, int pageTokens, IReadOnlyList<StageSpec> stages, StageSites sites,
        IDiagnosticSink sink)
    {
        StageSpec[] wanting = [.. stages.Where(static stage => stage.Facts.PageTokens > 0)];
        if (wanting.FirstOrDefault(stage => stage.Facts.PageTokens != wanting[0].Facts.PageTokens) is { } other)
        {
            sink.Report(new Finding(
                RuleIds.PageSizesDiffer, sites.Of(other), other.Type.Name, CSharpLiteral.Of(other.Facts.PageTokens),
                wanting[0].Type.Name, CSharpLiteral.Of(wanting[0].Facts.PageTokens)));
            return false;
        }

        if (wanting.FirstOrDefault(stage => stage.Facts.PageTokens != pageTokens) is not { } stage)
        {
            return true;
        }

        sink.Report(new Finding(
            RuleIds.PageSizesDiffer, DiagnosticSite.Of(attribute, "PageTokens"), stage.Type.Name, CSharpLiteral.Of(stage.Facts.PageTokens),
            pipeline, CSharpLiteral.Of(pageTokens))
        {
            FixData = FixData.Option("PageTokens", stage.Facts.PageTokens),
        });
        return false;
    }
}

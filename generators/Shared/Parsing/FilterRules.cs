using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Rules of layers that choose tokens for those after them. Knows no stage by name.</summary>
internal static class FilterRules
{
    /// <summary>Tells the sink what cannot be, and what is likely not meant; true when nothing is in error.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        if (spec.Stages.FirstOrDefault(static stage => stage.FilterLayers.Count > 0) is not { } stage)
        {
            return true;
        }

        return CheckModel(spec, stage, sites, sink) & CheckSelectors(spec, stage, sites, sink);
    }

    private static bool CheckModel(PipelineSpec spec, StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        EquatableArray<int> filters = stage.FilterLayers;
        (string file, int layers) = LayerRules.KnownLayers(spec);
        DiagnosticSite site = sites.Of(stage, stage.Profile is null ? WellKnownNames.Filters : WellKnownNames.Profile);
        if (layers > 0 && filters.Last() >= layers)
        {
            sink.Report(new Finding(
                RuleIds.LayerOutsideModel, site, stage.Type.Name, CSharpLiteral.Of(filters.Last()), file, CSharpLiteral.Of(layers)));
            return false;
        }

        for (int i = 0; i < filters.Count; i++)
        {
            int next = i + 1 < filters.Count ? filters[i + 1] : layers > 0 ? layers : int.MaxValue;
            int first = filters[i] + stage.Number(OptionRole.WaitLayers, 0) + 1;
            if (first >= next)
            {
                sink.Report(new Finding(RuleIds.FilterNobodyFollows, site, CSharpLiteral.Of(filters[i]), stage.Type.Name, CSharpLiteral.Of(first), CSharpLiteral.Of(next)));
            }
        }

        return true;
    }

    /// <summary>A head's tokens are chosen by one stage: where heads have parts of their own in holding the prompt, no layer can choose for all of them.</summary>
    private static bool CheckSelectors(PipelineSpec spec, StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        if (spec[StageSlot.HeadRole] is not { } role
            || ((role.Facts.Needs & StageProducts.HeadProfile) == 0 && (role.Facts.Provides & StageProducts.LayerBudgets) == 0))
        {
            return true;
        }

        sink.Report(new Finding(RuleIds.HeadHasTwoSelectors, sites.Of(role), role.Type.Name, stage.Type.Name));
        return false;
    }
}

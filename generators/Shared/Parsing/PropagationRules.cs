using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>
/// Decides whether stages can stand beside one that lets only chosen tokens go on: those it cuts are never computed in deeper
/// layers. A propagation that starts again is none here, since after it the chosen tokens are the whole prompt.
/// </summary>
internal static class PropagationRules
{
    /// <summary>Tells the sink what cannot or should not be; true when nothing is in error.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        StageSpec[] cuts = [.. spec.Stages.Where(static stage => stage.Slot == StageSlot.Propagation && !stage.Facts.TwoPass)];
        WarnOfBudgets(spec, cuts, sites, sink);
        if (cuts.Length == 0)
        {
            return true;
        }

        bool valid = true;
        string cut = cuts[0].Type.Name;
        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Facts.WholePrompt || (stage.Facts.Observes & AttentionStatistics.AllRowsSum) != 0)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.WholePromptNeeded, sites.Of(stage), stage.Type.Name, cut));
            }
            else if ((stage.Facts.Provides & StageProducts.BackingStore) != 0)
            {
                sink.Report(new Finding(RuleIds.StoreBehindPropagation, sites.Of(stage), stage.Type.Name, cut));
            }

            if (stage.EvictsWhileDecoding)
            {
                sink.Report(new Finding(RuleIds.DecodeEvictionBehindPropagation, sites.Of(stage), stage.Type.Name, cut));
            }
        }

        return valid;
    }

    private static void WarnOfBudgets(PipelineSpec spec, StageSpec[] cuts, StageSites sites, IDiagnosticSink sink)
    {
        StageSpec? selection = spec[StageSlot.TokenSelection], budget = spec[StageSlot.LayerBudget];
        if (selection is not { Facts.Lossy: true } || budget is null)
        {
            return;
        }

        int kept = selection.Number(OptionRole.Sinks, 0) + selection.Number(OptionRole.Window, 0);
        double? onward = 1;
        foreach (StageSpec cut in cuts)
        {
            int tokens = cut.Number(OptionRole.Budget, 0), keeps = budget.Number(OptionRole.Budget, 0);
            if (tokens > 0 && keeps > tokens)
            {
                sink.Report(new Finding(
                    RuleIds.PropagationBelowBudget, sites.Of(cut), cut.Type.Name, CSharpLiteral.Of(tokens), budget.Type.Name, CSharpLiteral.Of(keeps)));
            }

            onward *= RateOf(cut);
        }

        if (cuts.Length > 0 && onward is { } share && RateOf(budget) is { } rate)
        {
            if (rate > share)
            {
                sink.Report(new Finding(
                    RuleIds.RetentionAbovePropagation, sites.Of(budget), budget.Type.Name, Constants.Text(rate), cuts[0].Type.Name, Constants.Text(share)));
            }

            sink.Report(new Finding(
                RuleIds.ShortestPrompt, sites.Of(cuts[0]), CSharpLiteral.Of(Shortest(kept, Math.Min(rate, share))), CSharpLiteral.Of(kept)));
        }
    }

    /// <summary>The rate by which a stage goes, or null where it goes by a number of tokens.</summary>
    private static double? RateOf(StageSpec stage)
        => stage.Number(OptionRole.Budget, 0) > 0 || stage.Number(OptionRole.Kibibytes, 0) > 0 ? null : stage.Option(OptionRole.Rate)?.Number;

    /// <summary>The shortest prompt of which a rate leaves what is always kept.</summary>
    private static int Shortest(int kept, double rate)
    {
        int tokens = Math.Max(1, (int)(kept / rate) - 1);
        while ((int)(tokens * rate) < kept)
        {
            tokens++;
        }

        return tokens;
    }
}

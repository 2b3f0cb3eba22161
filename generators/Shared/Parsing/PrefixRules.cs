using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>What a prefix must not depend on when later prompts begin with it.</summary>
internal static class PrefixRules
{
    /// <summary>Tells the sink of every stage that chose by the end of the prompt it saw; true when there is none.</summary>
    public static bool Check(string pipeline, IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (StageSpec stage in stages)
        {
            if (stage.Facts.QueryAware)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.PrefixChosenByItsEnd, sites.Of(stage), stage.Type.Name, pipeline));
            }
        }

        return valid;
    }
}

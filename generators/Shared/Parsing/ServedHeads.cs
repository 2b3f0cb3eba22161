using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Which heads a residency places left-out tokens of: residencies stand beside each other when no head has two.</summary>
internal static class ServedHeads
{
    private const HeadRoles All = HeadRoles.Compressed | HeadRoles.Full | HeadRoles.Pivot | HeadRoles.Satellite;

    /// <summary>The first residency that serves heads of an earlier one, that one and these heads; null where every head has one at most.</summary>
    public static (StageSpec Later, StageSpec Earlier, HeadRoles Shared)? Overlap(IEnumerable<StageSpec> residencies)
    {
        var earlier = new List<StageSpec>();
        foreach (StageSpec later in residencies)
        {
            if (earlier.Find(stage => (stage.Serves & later.Serves) != 0) is { } other)
            {
                return (later, other, later.Serves & other.Serves);
            }

            earlier.Add(later);
        }

        return null;
    }

    /// <summary>Tells the sink of a residency whose heads there are none of.</summary>
    public static void Tell(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        if (spec[StageSlot.HeadRole] is not null)
        {
            return;
        }

        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Slot == StageSlot.Residency && (stage.Serves & HeadRoles.Compressed) == 0 && stage.Option(OptionRole.Serves) is { } option)
            {
                sink.Report(new Finding(RuleIds.NoHeadToServe, sites.Of(stage, option.Name), stage.Type.Name, Words(stage.Serves)));
            }
        }
    }

    /// <summary>Roles as a message names them.</summary>
    public static string Words(HeadRoles roles) => (roles & All) == 0 ? "none" : (roles & All).ToString().ToLowerInvariant();
}

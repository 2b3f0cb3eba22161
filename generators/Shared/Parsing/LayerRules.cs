using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Decides whether the layers at which stages act can be, as far as it is known how many the model has.</summary>
internal static class LayerRules
{
    /// <summary>Tells the sink what cannot or should not be; true when nothing is in error.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = CheckOrder(spec, sites, sink);
        if (spec.Stages.FirstOrDefault(static stage => stage.Profile is not null) is not { Profile: { } known })
        {
            return valid;
        }

        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Profile is { } other && other.Layers != known.Layers)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.ProfileInvalid, sites.Of(stage, WellKnownNames.Profile), other.File, stage.Type.Name,
                    $"it is about {CSharpLiteral.Of(other.Layers)} layers, but '{known.File}' about {CSharpLiteral.Of(known.Layers)}"));
            }

            if (stage.Option(OptionRole.Layer) is { } option)
            {
                valid &= CheckLayer(stage, option, known.Layers, known.File, sites, sink);
            }
        }

        return valid;
    }

    /// <summary>Several stages of one slot act one behind the other.</summary>
    private static bool CheckOrder(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        StageSpec? before = null;
        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Option(OptionRole.Layer) is not { } option)
            {
                continue;
            }

            if (before?.Slot == stage.Slot && stage.Number(OptionRole.Layer, 0) <= before.Number(OptionRole.Layer, 0))
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.LayersDoNotAscend, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, before.Option(OptionRole.Layer)!.Literal));
            }

            before = stage;
        }

        return valid;
    }

    private static bool CheckLayer(StageSpec stage, OptionSpec option, int layers, string file, StageSites sites, IDiagnosticSink sink)
    {
        int layer = stage.Number(OptionRole.Layer, 0);
        if (layer >= layers)
        {
            sink.Report(new Finding(
                RuleIds.LayerOutsideModel, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, file, CSharpLiteral.Of(layers)));
            return false;
        }

        if (stage.Slot == StageSlot.Propagation && !stage.Facts.Restarts && (3 * layer < layers || layer >= layers - 2))
        {
            string doubt = 3 * layer < layers
                ? "the choice of so early a layer costs accuracy"
                : "hardly any layer is left that computes less";
            sink.Report(new Finding(
                RuleIds.LayerDoubtful, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, CSharpLiteral.Of(layers), doubt));
        }

        return true;
    }
}

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
        WarnOfStates(spec, sites, sink);
        if (KnownLayers(spec) is not ({ } file, > 0 and var layers))
        {
            return valid;
        }

        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Profile is { } other && other.Layers != layers)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.ProfileInvalid, sites.Of(stage, WellKnownNames.Profile), other.File, stage.Type.Name,
                    $"it is about {CSharpLiteral.Of(other.Layers)} layers, but '{file}' about {CSharpLiteral.Of(layers)}"));
            }

            if (stage.Option(OptionRole.Layer) is { } option)
            {
                valid &= CheckLayer(stage, option, layers, file, sites, sink);
            }
        }

        return valid & CheckHeads(spec, sites, sink);
    }

    /// <summary>How many layers the model has, and the file that says so: the model's configuration, else the first profile.</summary>
    public static (string File, int Layers) KnownLayers(PipelineSpec spec)
        => spec.Model is { } model ? (model.File, model.Layers)
            : spec.Stages.FirstOrDefault(static stage => stage.Profile is not null)?.Profile is { } profile ? (profile.File, profile.Layers)
            : ("", 0);

    /// <summary>A table of heads is one of query heads or of key-value heads.</summary>
    private static bool CheckHeads(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (StageSpec stage in spec.Stages)
        {
            if (spec.Model is { } model && stage.Profile is { Heads: > 0 } profile && profile.Layers == model.Layers
                && profile.Heads != model.QueryHeads && profile.Heads != model.KeyValueHeads)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.ProfileInvalid, sites.Of(stage, WellKnownNames.Profile), profile.File, stage.Type.Name,
                    $"it is about {CSharpLiteral.Of(profile.Heads)} heads a layer, but '{model.File}' has {CSharpLiteral.Of(model.QueryHeads)} query heads and {CSharpLiteral.Of(model.KeyValueHeads)} key-value heads"));
            }
        }

        return valid;
    }

    /// <summary>Several stages of one slot act one after the other.</summary>
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

    /// <summary>Layers that make a state of every token get another text where tokens are left out.</summary>
    private static void WarnOfStates(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        foreach (StageSpec stage in spec.Stages.Where(static stage => stage.Slot == StageSlot.Propagation))
        {
            if (spec.Model is { NeedsEveryToken: { Length: > 0 } why } model)
            {
                sink.Report(new Finding(RuleIds.EveryTokenNeeded, sites.Of(stage), stage.Type.Name, model.File, why));
            }
        }
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

        WarnOfCosts(stage, option, layers, sites, sink);
        if (stage.Slot == StageSlot.Propagation && !stage.Facts.TwoPass && (3 * layer < layers || layer >= layers - 2))
        {
            string doubt = 3 * layer < layers
                ? "the choice of so early a layer costs accuracy"
                : "hardly any layer is left that computes less";
            sink.Report(new Finding(
                RuleIds.LayerDoubtful, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, CSharpLiteral.Of(layers), doubt));
        }

        return true;
    }

    /// <summary>A restart costs the layers before its own on the whole prompt, and then all of them on what is chosen.</summary>
    private static void WarnOfCosts(StageSpec stage, OptionSpec option, int layers, StageSites sites, IDiagnosticSink sink)
    {
        int layer = stage.Number(OptionRole.Layer, 0);
        if (stage.Facts.TwoPass && stage.Number(OptionRole.Budget, 0) == 0 && stage.Option(OptionRole.Rate)?.Number is { } rate && layer + (rate * layers) >= layers)
        {
            sink.Report(new Finding(
                RuleIds.CostsMoreThanItSaves, sites.Of(stage, option.Name), stage.Type.Name, CSharpLiteral.Of(layer), CSharpLiteral.Of(layers), Constants.Text(rate)));
        }
    }
}

using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Profiles;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what only a session can check: that the model has the layers and heads that the stages speak of.</summary>
internal static partial class SessionEmitter
{
    private static void WriteModelChecks(SourceWriter writer, PipelinePlan plan)
    {
        foreach (StageSpec stage in plan.Spec.Stages)
        {
            // Of roles, a session may be opened with others: what it is opened with is compared with the model.
            if (stage.Profile is { Roles: null } profile)
            {
                WriteProfileChecks(writer, plan, profile);
            }
        }

        WriteLayerChecks(writer, plan);
    }

    private static void WriteProfileChecks(SourceWriter writer, PipelinePlan plan, ProfileSpec profile)
    {
        string name = plan.Spec.Name.TrimStart('@');
        writer.WriteLine($"Check(\"{name}\", \"layers\", {profile.Layers}, transformer.Shape.Layers);");
        if (profile.Heads > 0)
        {
            // A table may be of query heads or of key-value heads.
            using (writer.WriteBlock($"if (transformer.Shape.KeyValueHeads != {profile.Heads})"))
            {
                writer.WriteLine($"Check(\"{name}\", \"query heads\", {profile.Heads}, transformer.Shape.QueryHeads);");
            }
        }
    }

    /// <summary>Layers that stages act at, in the order of their slot.</summary>
    private static void WriteLayerChecks(SourceWriter writer, PipelinePlan plan)
    {
        StageSpec? before = null;
        foreach (StageSpec stage in plan.Spec.Stages)
        {
            if (stage.Option(OptionRole.Layer) is not { } option)
            {
                continue;
            }

            string least = before?.Slot == stage.Slot ? LayerOf(before) + " + 1" : "0";
            writer.WriteLine(
                $"StageOptionException.ThrowIfOutside(\"{stage.Type.Name}\", \"{option.Name}\", {LayerOf(stage)}, {least}, transformer.Shape.Layers - 1);");
            before = stage;
        }
    }

    private static string LayerOf(StageSpec stage)
        => stage.Option(OptionRole.Layer) is { RunTime: true } option
            ? $"options.{stage.Name}.{Identifier.Escape(option.Name)}"
            : stage.Option(OptionRole.Layer)!.Literal;
}

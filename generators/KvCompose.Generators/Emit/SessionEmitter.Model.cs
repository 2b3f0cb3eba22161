using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what only a session can check: that the model has the layers and heads that the stages speak of.</summary>
internal static partial class SessionEmitter
{
    private static void WriteModelChecks(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.Spec.Model is { } model)
        {
            string name = plan.Spec.Name.TrimStart('@');
            writer.WriteLine($"Check(\"{name}\", \"layers\", {model.Layers}, transformer.Shape.Layers);");
            writer.WriteLine($"Check(\"{name}\", \"key-value heads\", {model.KeyValueHeads}, transformer.Shape.KeyValueHeads);");
        }

        foreach (StageSpec stage in plan.Spec.Stages)
        {
            // Of roles, a session may be opened with others: what it is opened with is compared with the model.
            if (stage.Profile is { Heads: 0, Roles: null } profile)
            {
                writer.WriteLine($"Check(\"{plan.Spec.Name.TrimStart('@')}\", \"layers\", {profile.Layers}, Staged.Layers);");
            }
        }

        if (plan.Prefill.HeadTable is { } table)
        {
            // A session may be opened with another table: what it is opened with is compared with the model.
            writer.WriteLine(
                $"_headScores = RequireHeadScores(\"{plan.Spec.Name.TrimStart('@')}\", options.HeadScores ?? new HeadScores({CSharpLiteral.Of(table.Heads)}, PrefillLoops.HeadScores));");
        }

        WriteLayerChecks(writer, plan);
        foreach (StageSpec stage in plan.Spec.Stages.Where(static stage => stage.Filters.Count > 0))
        {
            writer.WriteLine($"StageOptionException.ThrowIfOutside(\"{stage.Type.Name}\", \"{WellKnownNames.Filters}\", {stage.Filters.Last()}, 0, Staged.Layers - 1);");
        }

        if (!plan.Open)
        {
            WriteKibibytesCheck(writer, plan);
            return;
        }

        // What the compiler finds where the model is named.
        if (plan.Prefill.Selects && plan.Prefill.LayerBudget is { } budget && budget.Option(OptionRole.Kibibytes) is { } size)
        {
            writer.WriteLine(
                $"RequireKibibytes(\"{budget.Type.Name}\", {Value(budget, size)}, {Value(budget, budget.Option(OptionRole.Budget))}, Plan.Sinks + Plan.Window);");
        }

        if (plan.Spec.Limit is { } limit && CacheMemory.Of(plan, out _) is { } memory)
        {
            writer.WriteLine($"""
                PromptMemory memory = new PromptMemory({memory.Tokens}, {memory.Kibibytes}, {memory.Rate}, {memory.ProtectedTokens}, {memory.Exact});
                RequireLimit("{plan.Spec.Name.TrimStart('@')}", in memory, {CSharpLiteral.Of(limit.Bytes)}, {CSharpLiteral.Of(limit.PromptTokens)});
                """);
        }
    }

    private static string Value(StageSpec stage, OptionSpec? option)
        => option is null ? "0" : option.RunTime ? $"options.{stage.Name}.{Identifier.Escape(option.Name)}" : CSharpLiteral.Of(stage.Number(option.Role, 0));

    /// <summary>A number of bytes must hold what every head always keeps; how much that is depends on the model.</summary>
    private static void WriteKibibytesCheck(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.Prefill.LayerBudget is not { } budget || budget.Option(OptionRole.Kibibytes) is not { RunTime: true } option)
        {
            return;
        }

        string size = $"options.{budget.Name}.{Identifier.Escape(option.Name)}", condition = $"{size} > 0";
        if (budget.Option(OptionRole.Budget) is { RunTime: true } tokens)
        {
            condition += $" && options.{budget.Name}.{Identifier.Escape(tokens.Name)} == 0";
        }

        using (writer.WriteBlock($"if ({condition})"))
        {
            writer.WriteLine($"""
                long least = (Math.Max(1, Plan.Sinks + Plan.Window) + Plan.PageTokens - 1) / Plan.PageTokens * (long)Plan.PageBytes;
                StageOptionException.ThrowIfOutside(
                    "{budget.Type.Name}", "{option.Name}", {size}, ((least * Staged.Layers * transformer.Shape.KeyValueHeads) + 1023) / 1024, {CSharpLiteral.Of(option.Maximum)});
                """);
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
                $"StageOptionException.ThrowIfOutside(\"{stage.Type.Name}\", \"{option.Name}\", {LayerOf(stage)}, {least}, Staged.Layers - 1);");
            before = stage;
        }
    }

    private static string LayerOf(StageSpec stage)
        => stage.Option(OptionRole.Layer) is { RunTime: true } option
            ? $"options.{stage.Name}.{Identifier.Escape(option.Name)}"
            : stage.Option(OptionRole.Layer)!.Literal;
}

using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what was decided: constants, options that stay open until run time, and the way into a session.</summary>
internal static class PlanEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(
        plan,
        writer =>
        {
            PlanNumbers.Write(writer, plan);
            writer.WriteLine();
            WriteOptions(writer, plan);
            writer.WriteLine();
            WriteOpen(writer, plan);
        },
        PlanSummary.Of(plan));

    private static void WriteOptions(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>What a session of this pipeline may be opened with; every option has its declared value.</summary>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock($"{MemberModifiers.Of(plan, GeneratedMembers.Options)}sealed class Options : SessionOptions"))
        {
            StageSpec[] open = [.. plan.Spec.Stages.Where(static stage => stage.HasRunTimeOptions)];
            foreach (StageSpec stage in open)
            {
                writer.WriteLine($"/// <summary>Options of the {SlotNames.Of(stage.Slot)} stage.</summary>");
                writer.WriteLine($"{MemberModifiers.OfStage(stage)} {stage.Type} {stage.Name} {{ get; init; }} = {StageValue.Of(stage)};");
                writer.WriteLine();
            }

            if (plan.Prefill.NeedsProfile)
            {
                string otherwise = plan.Prefill.HeadRole?.Profile is { Roles: not null } profile
                    ? $"that of '{XmlText.Escape(profile.File)}' unless set"
                    : "a session cannot be opened without it";
                writer.WriteLine($$"""
                    /// <summary>What is known of the model's heads; {{otherwise}}.</summary>
                    public HeadProfile? Profile { get; init; }

                    """);
            }

            if (plan.Prefill.HeadTable is { } table)
            {
                writer.WriteLine($$"""
                    /// <summary>How much the model's heads matter; what '{{XmlText.Escape(table.File)}}' says unless set.</summary>
                    public HeadScores? HeadScores { get; init; }

                    """);
            }

            WriteDescription(writer, plan);
            writer.WriteLine();
            writer.WriteLine("/// <inheritdoc/>");
            using (writer.WriteBlock("public override void Validate()"))
            {
                writer.WriteLine("base.Validate();");
                foreach (StageSpec stage in open)
                {
                    foreach (OptionSpec option in stage.Options.Where(static option => option.RunTime))
                    {
                        WriteCheck(writer, plan, stage, option);
                    }
                }
            }
        }
    }

    /// <summary>Pipeline, stages and options as text, one line a stage; what a session may override is read when it is asked for.</summary>
    private static void WriteDescription(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <inheritdoc/>");
        string shape = plan.Open
            ? "heads of any shape"
            : $"{CSharpLiteral.Of(plan.GroupSize)} query heads of {CSharpLiteral.Of(plan.HeadDim)} elements a key-value head";
        IEnumerable<string> parts = plan.Spec.Stages.Select(stage => Described(plan, stage)).Prepend(CSharpLiteral.Of(
            $"{plan.Spec.Hierarchy.FullName} for {shape}"));
        writer.WriteLine("public override string CacheFingerprint => string.Join(\n    \"; \",\n    " + string.Join(",\n    ", parts) + ");");
    }

    private static string Described(PipelinePlan plan, StageSpec stage)
    {
        string type = stage.Type.FullyQualifiedName.Replace("global::", "");
        if (!stage.HasRunTimeOptions)
        {
            return CSharpLiteral.Of(type + string.Concat(stage.Options.Select(static option => $", {option.Name} = {option.Literal.Replace("global::", "")}")));
        }

        IEnumerable<string> options = stage.Options.Select(option => $", {option.Name} = "
            + (option.RunTime ? $"{{{ValueOf(plan, stage, option)}}}" : Braces(option.Literal.Replace("global::", ""))));
        return $"FormattableString.Invariant($\"{type}{string.Concat(options)}\")";

        static string Braces(string text)
        {
            string quoted = CSharpLiteral.Of(text.Replace("{", "{{").Replace("}", "}}"));
            return quoted.Substring(1, quoted.Length - 2);
        }
    }

    /// <summary>An option named like a hidden type is still the option.</summary>
    private static string ValueOf(PipelinePlan plan, StageSpec stage, OptionSpec option)
        => (plan.Spec.Hidden.Contains(stage.Name) ? "this." : "") + $"{stage.Name}.{Identifier.Escape(option.Name)}";

    private static void WriteCheck(SourceWriter writer, PipelinePlan plan, StageSpec stage, OptionSpec option)
    {
        string value = ValueOf(plan, stage, option);
        if (option.Number is not null && !option.Literal.StartsWith("global::", StringComparison.Ordinal) && option.Literal is not ("true" or "false"))
        {
            // A number of tokens or of bytes leaves the rate unused.
            OptionSpec[] before = [.. stage.Options.Where(other => other.RunTime && Decides(other.Role, option.Role))];
            if (before.Length > 0 && option.Role == OptionRole.Rate)
            {
                using (writer.WriteBlock($"if ({string.Join(" && ", before.Select(other => ValueOf(plan, stage, other) + " == 0"))})"))
                {
                    WriteRange();
                }
            }
            else
            {
                WriteRange();
            }

            foreach (OptionSpec other in before)
            {
                writer.WriteLine(
                    $"StageOptionException.ThrowIfIgnored(\"{stage.Type.Name}\", \"{option.Name}\", {value}, {option.Literal}, \"{other.Name}\", {ValueOf(plan, stage, other)});");
            }
        }

        if (option.OneOfMany)
        {
            writer.WriteLine($"StageOptionException.ThrowIfUndefined(\"{stage.Type.Name}\", \"{option.Name}\", {value});");
        }

        if (option.Role == OptionRole.Budget && plan.Prefill.Selects && plan.Prefill.ProtectedTokens > 0)
        {
            using (writer.WriteBlock($"if ({value} > 0)"))
            {
                writer.WriteLine(
                    $"StageOptionException.ThrowIfOutside(\"{stage.Type.Name}\", \"{option.Name}\", {value}, Plan.Sinks + Plan.Window, {option.Maximum});");
            }
        }

        void WriteRange() => writer.WriteLine(
            $"StageOptionException.ThrowIfOutside(\"{stage.Type.Name}\", \"{option.Name}\", {value}, {option.Minimum}, {option.Maximum});");
    }

    /// <summary>Whether an option of one role, where it is not 0, decides in place of one of another: tokens before bytes before a rate.</summary>
    private static bool Decides(OptionRole first, OptionRole second) => (first, second) is
        (OptionRole.Budget, OptionRole.Kibibytes or OptionRole.Rate) or (OptionRole.Kibibytes, OptionRole.Rate);

    private static void WriteOpen(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine($$"""
            /// <summary>Opens a session of this pipeline over a model.</summary>
            /// <param name="model">The model; it must outlive the session.</param>
            /// <param name="options">Limits and overrides; null takes what was declared.</param>
            /// <exception cref="{{(plan.Open
                ? "PipelineRuleException\">The pipeline cannot run the shape of the model's heads."
                : "ModelMismatchException\">The model's head dimension or group size differs from the plan's.")}}</exception>
            /// <exception cref="StageOptionException">An option is out of range.</exception>
            {{EmittedFile.GeneratedCode}}
            {{MemberModifiers.Of(plan, GeneratedMembers.Open)}}static Session<TTransformer> Open<TTransformer>(ITransformerSource<TTransformer> model, Options? options = null)
                where TTransformer : struct, ITransformer
            {
                ArgumentNullException.ThrowIfNull(model);
                return new Session<TTransformer>(model.Transformer, options ?? new Options(){{(plan.Open ? ", new Plan(model.Transformer.Shape)" : "")}});
            }
            """);
    }
}

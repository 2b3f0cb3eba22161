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
            WriteConstants(writer, plan);
            writer.WriteLine();
            WriteOptions(writer, plan);
            writer.WriteLine();
            WriteOpen(writer, plan);
        },
        PlanSummary.Of(plan));

    private static void WriteConstants(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>What the compiler decided for this pipeline.</summary>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock($"public {MemberModifiers.New(plan, GeneratedMembers.Plan)}static class Plan"))
        {
            writer.WriteLine($"""
                /// <summary>Elements of one head's query, key or value, d.</summary>
                public const int HeadDim = {plan.HeadDim};

                /// <summary>Query heads that share one key-value head, G.</summary>
                public const int GroupSize = {plan.GroupSize};

                /// <summary>Tokens of one page, P.</summary>
                public const int PageTokens = {plan.Pages.Layout.PageTokens};

                /// <summary>Bits of a stored key or value element.</summary>
                public const int ElementBits = {plan.Pages.Layout.ElementBits};

                /// <summary>Where a page's values begin, in bytes.</summary>
                public const int ValueOffset = {plan.Pages.Layout.ValueOffset};

                /// <summary>Where a page's positions begin, in bytes.</summary>
                public const int PositionOffset = {plan.Pages.Layout.PositionOffset};

                /// <summary>Bytes of one page of one key-value head.</summary>
                public const int PageBytes = {plan.Pages.Layout.PageBytes};

                /// <summary>Bytes of one token of a full page under one key-value head: {(plan.Pages.Layout.Pruned ? "what is kept of the key" : "key")}, value and position{(plan.Pages.Layout.Quantised ? ", and its share of the page's scales, rounded up" : "")}.</summary>
                public const int BytesPerToken = {plan.Pages.BytesPerToken};

                /// <summary>Tokens at the start of the prompt that every head keeps.</summary>
                public const int Sinks = {plan.Prefill.Sinks};

                /// <summary>Tokens at the end of the prompt that every head keeps.</summary>
                public const int Window = {plan.Prefill.Window};

                /// <summary>Rows at the end of the prompt whose attention is observed.</summary>
                public const int ObservedRows = {plan.Observation.Rows};

                /// <summary>Width of the pooling along the tokens.</summary>
                public const int PoolingKernel = {plan.Prefill.PoolingKernel};

                /// <summary>Longest piece of a head that one thread attends to at a time, in tokens.</summary>
                public const int SplitTokens = {plan.Decode.SplitTokens};

                /// <summary>Floats from one query head's scores to the next: a vector more than a piece, so that the rows do not share cache sets.</summary>
                public const int ScoreStride = {plan.Decode.ScoreStride};
                """);
            WriteConstant(
                writer, "ScratchFloats", "Floats of scratch memory that one thread needs to attend to a piece: queries, scores, sums of values, maxima and sums.",
                plan.Decode.ScratchFloats);
            if (plan.Prefill.Selects)
            {
                WriteConstant(
                    writer, "PoolingBorder", "Floats before and behind a row of scores that is pooled: half a kernel, in whole vectors.",
                    SelectionEmitter.Border(plan));
            }

            if (plan.Pages.Layout.Quantised)
            {
                WriteConstant(writer, "KeyCodeOffset", "Where a page keeps the scales and zero points of its keys, a word a channel, in bytes.", plan.Pages.Layout.KeyCodeOffset);
                WriteConstant(writer, "ValueCodeOffset", "Where a page keeps the scales and zero points of its values, a word a token, in bytes.", plan.Pages.Layout.ValueCodeOffset);
            }

            if (plan.Pages.Layout.Pruned)
            {
                WriteConstant(writer, "KeyChannels", "Channels that the keys of full pages keep.", plan.Pages.Layout.KeyChannels);
                WriteConstant(writer, "ChannelRows", "Rows at the end of the prompt whose queries decide which channels these are.", plan.Pages.ChannelRows);
            }

            if (plan.Spec.Model is { } model)
            {
                WriteModel(writer, plan, model);
            }

            if (plan.Decode.Order != PoolingOrder.None)
            {
                WriteConstant(writer, "OrderOffset", "Where a page keeps the line of its head, one slot number a rank, in bytes.", plan.Pages.OrderOffset);
            }

            if (plan.Observation.Collects)
            {
                WriteConstant(writer, "CollectedOffset", "Where a page keeps what its tokens have collected, in bytes.", plan.Pages.CollectedOffset);
            }

            if (plan.Pages.Layout.HasPerPageCounts)
            {
                WriteConstant(writer, "CountOffset", "Where a page keeps its number of valid tokens, in bytes.", plan.Pages.Layout.CountOffset);
            }
        }
    }

    private static void WriteModel(SourceWriter writer, PipelinePlan plan, ModelSpec model)
    {
        writer.WriteLine();
        writer.WriteLine($"""
            /// <summary>Layers of the model, L, as {XmlText.Escape(model.File)} says.</summary>
            public const int Layers = {model.Layers};

            /// <summary>Key-value heads of one of its layers, Hkv.</summary>
            public const int KeyValueHeads = {model.KeyValueHeads};
            """);
        if (CacheMemory.Of(plan, out _) is { Tokens: > 0 } memory)
        {
            writer.WriteLine();
            writer.WriteLine($"""
                /// <summary>Bytes of pages that any prompt of {CSharpLiteral.Of(memory.Tokens)} tokens or more leaves in one sequence{(memory.Exact ? "" : ", at most")}.</summary>
                public const long PromptBytes = {CSharpLiteral.Of(memory.Bytes(plan, int.MaxValue / 2))};
                """);
        }
    }

    private static void WriteConstant(SourceWriter writer, string name, string summary, int value)
    {
        writer.WriteLine();
        writer.WriteLine($"/// <summary>{summary}</summary>");
        writer.WriteLine($"public const int {name} = {CSharpLiteral.Of(value)};");
    }

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
        IEnumerable<string> parts = plan.Spec.Stages.Select(stage => Described(plan, stage)).Prepend(CSharpLiteral.Of(
            $"{plan.Spec.Hierarchy.FullName} for {CSharpLiteral.Of(plan.GroupSize)} query heads of {CSharpLiteral.Of(plan.HeadDim)} elements a key-value head"));
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
            /// <exception cref="ModelMismatchException">The model's head dimension or group size differs from the plan's.</exception>
            /// <exception cref="StageOptionException">An option is out of range.</exception>
            {{EmittedFile.GeneratedCode}}
            {{MemberModifiers.Of(plan, GeneratedMembers.Open)}}static Session<TTransformer> Open<TTransformer>(ITransformerSource<TTransformer> model, Options? options = null)
                where TTransformer : struct, ITransformer
            {
                ArgumentNullException.ThrowIfNull(model);
                return new Session<TTransformer>(model.Transformer, options ?? new Options());
            }
            """);
    }
}

using KvCompose.Cache;
using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>
/// Writes the class <c>Plan</c>: constants, or, in an open pipeline, what follows from the model's shape as properties of an object that a session has.
/// </summary>
internal static class PlanNumbers
{
    public static void Write(SourceWriter writer, PipelinePlan plan)
    {
        PlanNumber[] numbers = [.. Of(plan)];
        writer.WriteLine(plan.Open
            ? "/// <summary>What the compiler decided for this pipeline, and what follows from the shape of a session's model.</summary>"
            : "/// <summary>What the compiler decided for this pipeline.</summary>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        string kind = plan.Open ? "sealed" : "static";
        using (writer.WriteBlock($"public {MemberModifiers.New(plan, GeneratedMembers.Plan)}{kind} class Plan"))
        {
            bool first = true;
            foreach (PlanNumber number in numbers)
            {
                if (!first)
                {
                    writer.WriteLine();
                }

                first = false;
                writer.WriteLine($"/// <summary>{number.Summary}</summary>");
                writer.WriteLine(plan.Open && number.OfShape is not null
                    ? $"public int {number.Name} {{ get; }}"
                    : $"public const int {number.Name} = {CSharpLiteral.Of(number.Value)};");
            }

            if (plan.Spec.Model is { } model)
            {
                WriteModel(writer, plan, model);
            }

            if (plan.Open)
            {
                writer.WriteLine();
                WriteConstructor(writer, plan, numbers);
            }
        }
    }

    private static void WriteConstructor(SourceWriter writer, PipelinePlan plan, PlanNumber[] numbers)
    {
        PageLayout layout = plan.Pages.Layout;
        var arguments = new List<string> { CSharpLiteral.Of(plan.Spec.Name.TrimStart('@')), "shape", "PageTokens", "ElementBits" };
        if (layout.StateWords > 0)
        {
            arguments.Add($"stateWords: {CSharpLiteral.Of(layout.StateWords)}");
        }

        if (layout.HasPerPageCounts)
        {
            arguments.Add("counted: true");
        }

        if (layout.Quantised)
        {
            arguments.Add("quantised: true");
        }

        if (layout.Pruned && plan.Spec[StageSlot.Storage] is { } storage)
        {
            arguments.Add($"prunes: {CSharpLiteral.Of(storage.Type.Name)}, prunedShare: {CSharpLiteral.Of(storage.PrunedShare)}");
        }

        using (writer.WriteBlock("internal Plan(TransformerShape shape)"))
        {
            writer.WriteLine($"Layout = OpenLayout.Of({string.Join(", ", arguments)});");
            foreach (PlanNumber number in numbers.Where(static number => number.OfShape is not null))
            {
                writer.WriteLine($"{number.Name} = {number.OfShape};");
            }
        }

        writer.WriteLine();
        writer.WriteLine("internal PageLayout Layout { get; }");
    }

    private static IEnumerable<PlanNumber> Of(PipelinePlan plan)
    {
        PageLayout layout = plan.Pages.Layout;
        string key = layout.Pruned ? "what is kept of the key" : "key", codes = layout.Quantised ? ", and its share of the page's scales, rounded up" : "";
        yield return plan.Open
            ? new PlanNumber("HeadDim", "Elements of one head's query, key or value in the cache: d, rounded up to whole vectors of 16.", 0, "Layout.HeadDim")
            : new PlanNumber(
                "HeadDim", plan.Pads ? "Elements of one head's query, key or value in the cache: d, rounded up to whole vectors of 16." : "Elements of one head's query, key or value, d.",
                plan.HeadDim);
        if (plan.Open)
        {
            yield return new PlanNumber("ModelHeadDim", "Elements of one head's query, key or value in the model, d.", 0, "shape.HeadDim");
        }

        yield return new PlanNumber("GroupSize", "Query heads that share one key-value head, G.", plan.GroupSize, "shape.GroupSize");
        yield return new PlanNumber("PageTokens", "Tokens of one page, P.", layout.PageTokens);
        yield return new PlanNumber("ElementBits", "Bits of a stored key or value element.", layout.ElementBits);
        yield return new PlanNumber("ValueOffset", "Where a page's values begin, in bytes.", layout.ValueOffset, "Layout.ValueOffset");
        yield return new PlanNumber("PositionOffset", "Where a page's positions begin, in bytes.", layout.PositionOffset, "Layout.PositionOffset");
        yield return new PlanNumber("PageBytes", "Bytes of one page of one key-value head.", layout.PageBytes, "Layout.PageBytes");
        yield return new PlanNumber(
            "BytesPerToken", $"Bytes of one token of a full page under one key-value head: {key}, value and position{codes}.", plan.Pages.BytesPerToken,
            "(Layout.CountOffset + PageTokens - 1) / PageTokens");
        yield return new PlanNumber("Sinks", "Tokens at the start of the prompt that every head keeps.", plan.Prefill.Sinks);
        yield return new PlanNumber("Window", "Tokens at the end of the prompt that every head keeps.", plan.Prefill.Window);
        yield return new PlanNumber("ObservedRows", "Rows at the end of the prompt whose attention is observed.", plan.Observation.Rows);
        yield return new PlanNumber("PoolingKernel", "Width of the pooling along the tokens.", plan.Prefill.PoolingKernel);
        yield return new PlanNumber("SplitTokens", "Longest piece of a head that one thread attends to at a time, in tokens.", plan.Decode.SplitTokens);
        yield return new PlanNumber(
            "ScoreStride", "Floats from one query head's scores to the next: a vector more than a piece, so that the rows do not share cache sets.",
            plan.Decode.ScoreStride);
        yield return new PlanNumber(
            "ScratchFloats", "Floats of scratch memory that one thread needs to attend to a piece: queries, scores, sums of values, maxima and sums.",
            plan.Decode.ScratchFloats, $"GroupSize * ((2 * Layout.HeadDim) + ScoreStride + 2{(layout.Pruned ? " + Layout.KeyChannels" : "")})");
        if (plan.Prefill.Selects)
        {
            yield return new PlanNumber(
                "PoolingBorder", "Floats before and behind a row of scores that is pooled: half a kernel, in whole vectors.", SelectionEmitter.Border(plan));
        }

        if (layout.Quantised)
        {
            yield return new PlanNumber(
                "KeyCodeOffset", "Where a page keeps the scales and zero points of its keys, a word a channel, in bytes.", layout.KeyCodeOffset, "Layout.KeyCodeOffset");
            yield return new PlanNumber(
                "ValueCodeOffset", "Where a page keeps the scales and zero points of its values, a word a token, in bytes.", layout.ValueCodeOffset,
                "Layout.ValueCodeOffset");
        }

        if (layout.Pruned)
        {
            yield return new PlanNumber("KeyChannels", "Channels that the keys of full pages keep.", layout.KeyChannels, "Layout.KeyChannels");
            yield return new PlanNumber("ChannelRows", "Rows at the end of the prompt whose queries decide which channels these are.", plan.Pages.ChannelRows);
        }

        foreach (PlanNumber number in Words(plan))
        {
            yield return number;
        }
    }

    /// <summary>Where pages keep what is no key, value or position.</summary>
    private static IEnumerable<PlanNumber> Words(PipelinePlan plan)
    {
        if (plan.Decode.Order != PoolingOrder.None)
        {
            yield return new PlanNumber(
                "OrderOffset", "Where a page keeps the line of its head, one slot number a rank, in bytes.", plan.Pages.OrderOffset, "Layout.StateOffset");
        }

        if (plan.Observation.Collects)
        {
            yield return new PlanNumber(
                "CollectedOffset", "Where a page keeps what its tokens have collected, in bytes.", plan.Pages.CollectedOffset,
                plan.Pages.KeepsOrder ? "Layout.StateOffset + (PageTokens * sizeof(int))" : "Layout.StateOffset");
        }

        if (plan.Pages.Layout.HasPerPageCounts)
        {
            yield return new PlanNumber("CountOffset", "Where a page keeps its number of valid tokens, in bytes.", plan.Pages.Layout.CountOffset, "Layout.CountOffset");
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
        if (CacheMemory.Of(plan, out _) is { } memory && memory.Kept(plan.Pages.Layout, CacheMemory.Tables(model)) is > 0 and var kept)
        {
            writer.WriteLine();
            writer.WriteLine($"""
                /// <summary>Bytes of pages that any prompt of {CSharpLiteral.Of(kept)} tokens or more leaves in one sequence{(memory.Exact ? "" : ", at most")}.</summary>
                public const long PromptBytes = {CSharpLiteral.Of(memory.Bytes(plan.Pages.Layout, CacheMemory.Tables(model), int.MaxValue / 2))};
                """);
        }
    }

    /// <summary>A number of the plan.</summary>
    /// <param name="Name">The constant or property.</param>
    /// <param name="Summary">Its documentation.</param>
    /// <param name="Value">Its value where the shape is stated.</param>
    /// <param name="OfShape">How an open pipeline computes it from the model's shape; null where it does not depend on that.</param>
    private sealed record PlanNumber(string Name, string Summary, int Value, string? OfShape = null);
}

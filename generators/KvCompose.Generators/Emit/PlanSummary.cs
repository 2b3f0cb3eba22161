using System.Globalization;
using KvCompose.Cache;
using KvCompose.Generators.Emit.Kernels;
using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>The plan in words, as documentation of the user's class.</summary>
internal static class PlanSummary
{
    public static string Of(PipelinePlan plan)
    {
        var lines = new List<string>
        {
            "/// <summary>",
            "/// KV-cache pipeline. Generated plan:",
            "/// <list type=\"bullet\">",
        };
        foreach (StageSpec stage in plan.Spec.Stages)
        {
            Item($"{SlotNames.Of(stage.Slot)}: {Reference(stage.Type)}{Options(stage)}{Filters(stage)}{Source(stage)}");
        }

        Item(plan.Open ? "shape: that of the model" : Invariant($"shape: head dimension {plan.Spec.ModelHeadDim}, {Heads(plan.GroupSize)} a key-value head"));
        Item(plan.Open
            ? Invariant($"cost: {Elements(plan.Pages.Layout)}, in pages of {plan.Pages.Layout.PageTokens} tokens")
            : Invariant(
                $"cost: {plan.Pages.BytesPerToken} bytes a token and key-value head, in pages of {plan.Pages.Layout.PageTokens} tokens ({plan.Pages.Layout.PageBytes} bytes)"));
        if (plan.Pages.Layout.Quantised)
        {
            Item(Invariant(
                $"quantised when a page is full: keys by channel over {plan.Pages.Layout.PageTokens} tokens, values by token; the newest, fewer than {plan.Pages.Layout.PageTokens}, in single precision"));
        }

        if (plan.Pages.Layout.Pruned)
        {
            Item(Invariant(
                $"keys of full pages: {Channels(plan)}, chosen for each head by the queries of the last {Rows(plan.Pages.ChannelRows)}; the newest, fewer than {plan.Pages.Layout.PageTokens}, whole"));
        }

        if (plan.Spec.Model is { } model && CacheMemory.Of(plan, out _) is { } memory && memory.Kept(plan.Pages.Layout, CacheMemory.Tables(model)) is > 0 and var kept)
        {
            Item(Invariant(
                $"memory: {(memory.Exact ? "" : "at most ")}{memory.Bytes(plan.Pages.Layout, CacheMemory.Tables(model), int.MaxValue / 2)} bytes behind a prompt of {kept} tokens or more, in {model.Layers} layers of {model.KeyValueHeads} key-value heads ({XmlText.Escape(model.File)})"));
        }

        Item(Observation(plan));
        Item(Invariant(
            $"decode: {Blocks(plan)} of a value row at a time, pieces of {plan.Decode.SplitTokens} tokens"));
        Item(Appended(plan));
        Item(Kernels(plan));
        lines.Add("/// </list>");
        lines.Add("/// </summary>");
        return string.Join("\n", lines);

        void Item(string text) => lines.Add("/// <item><description>" + text + "</description></item>");
    }

    /// <summary>What becomes of tokens that are appended in one pass.</summary>
    private static string Appended(PipelinePlan plan) => plan switch
    {
        { Decode.Evicts: true } => "appended tokens: stored whole, then heads evict down to their budgets in the step of the last one",
        { Residency.Retrieves: true, Pages.Layout.HasPerPageCounts: true }
            => "appended tokens: stored whole, then those that leave the window of decoded tokens become host pages in the step of the last one",
        _ => "appended tokens: kept whole",
    };

    private static string Kernels(PipelinePlan plan)
        => plan.Kernels is { } kernels
            ? Invariant(
                $"kernels, where KvCompose.Ilgpu is referenced: groups of {KernelPlan.Threads} threads attend for {Heads(kernels.Members)} each, {kernels.AttendSharedBytes} bytes of shared memory")
            : plan.KernelReadable
                ? ListedKernels(plan)
                : plan.Pages.KernelReadable
                    ? "kernels: none, none computes what the selection observes"
                    : "kernels: none, they read single precision and all channels of keys";

    private static string ListedKernels(PipelinePlan plan) => plan.Spec.KernelShapes.Count > 0
        ? "kernels, where KvCompose.Ilgpu is referenced: for " + KernelEmitter.Listed(plan)
        : plan.Open ? "kernels: none, no shape is listed for them" : Invariant($"kernels: none, they go up to {KernelShapeSpec.MostHeadDim} elements a head");

    private static string Observation(PipelinePlan plan)
    {
        if (!plan.Prefill.Selects)
        {
            return plan.Prefill.Restart is null
                ? "observation: none, every token is kept"
                : "observation: products of the last query in the filter layer; every token of the new prompt is kept";
        }

        string[] observed =
        [
            .. plan.Observation.ReadsWindow ? (string[])[Invariant($"attention of the last {Rows(plan.Observation.Rows)} in one pass over the keys")] : [],
            .. plan.Observation.ReadsAllRows ? (string[])["attention of all rows in a second pass"] : [],
            .. plan.Observation.ReadsKeys ? (string[])["key norms"] : [],
            .. plan.Observation.In(StatisticPass.Layer).Select(static statistic => $"{statistic.Statistic} of the whole layer"),
        ];
        string ranked = "observation: " + (observed.Length == 0 ? "none, positions decide" : string.Join(" and ", observed));
        string pooled = plan.Prefill.PoolingKernel > 1
            ? Invariant($"; scores pooled ({plan.Prefill.Pooling.ToString().ToLowerInvariant()} of {plan.Prefill.PoolingKernel})")
            : "";
        string reduced = plan.Observation.ScoredHeads > 1 ? $", reduced over the group by {plan.Prefill.Reduction.ToString().ToLowerInvariant()}" : "";
        return ranked + pooled + reduced
            + Invariant($"; always kept: {plan.Prefill.Sinks} first and {plan.Prefill.Window} last tokens");
    }

    /// <summary>References name no type arguments.</summary>
    private static string Reference(TypeRef type) => type.FullyQualifiedName.Contains('<')
        ? $"<c>{XmlText.Escape(type.FullyQualifiedName.Replace("global::", ""))}</c>"
        : $"<see cref=\"{type.FullyQualifiedName}\"/>";

    private static string Options(StageSpec stage)
        => stage.Options.Count == 0
            ? ""
            : " (" + string.Join(", ", stage.Options.Select(static option => option.Name + " = " + Short(option.Literal) + (option.RunTime ? " at run time" : ""))) + ")";

    private static string Filters(StageSpec stage)
        => stage.FilterLayers is { Count: > 0 } layers ? $", filter layers {string.Join(", ", layers.Select(static layer => CSharpLiteral.Of(layer)))}" : "";

    private static string Source(StageSpec stage) => stage.Facts.Source.Length == 0 ? "" : ", " + XmlText.Escape(stage.Facts.Source);

    private static string Short(string literal) => literal.Substring(literal.LastIndexOf("::", StringComparison.Ordinal) is var at and >= 0
        ? literal.LastIndexOf('.') + 1 : 0);

    private static string Elements(PageLayout layout) => layout.Quantised
        ? Invariant($"codes of {layout.ElementBits} bits, scales and zero points, and a position of 4 bytes a token")
        : Invariant($"{layout.ElementBits / 8} bytes an element and a position of 4 bytes a token");

    private static string Channels(PipelinePlan plan) => plan.Open
        ? Invariant($"all but a share of {plan.Spec[StageSlot.Storage]!.PrunedShare} of the channels, rounded down to a multiple of {StageSpec.ChannelStep}")
        : Invariant($"{plan.Pages.Layout.KeyChannels} of {plan.HeadDim} channels");

    private static string Blocks(PipelinePlan plan)
    {
        LeafWidth width = plan.Decode.Widths[0];
        LeafBlock block = width.Blocks[0];
        int longest = width.Blocks.Max(static one => one.ValueVectors[0]);
        string vectors = longest == 1 ? "1 vector" : Invariant($"{longest} vectors");
        return plan.Open
            ? Invariant($"blocks of up to {Heads(block.Members)} in registers over each key tile, up to {vectors}")
            : Invariant($"{Heads(block.Members)} in registers over each key tile (accumulator sets: {block.ScoreSets}), {vectors}");
    }

    /// <summary>The query heads of a key-value head.</summary>
    public static string Group(PipelinePlan plan) => plan.Open ? "the query heads of a group" : Heads(plan.GroupSize);

    public static string Heads(int count) => count == 1 ? "1 query head" : Invariant($"{count} query heads");

    private static string Rows(int count) => count == 1 ? "row" : Invariant($"{count} rows");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

extern alias simulator;

using System.Reflection;
using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Oracle;
using simulator::KvCompose.Ilgpu;
using KvCompose.DeviceTests.Emitted;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.Combinations.Devices;

/// <summary>
/// Runs the kernels of a combination on the device, layer by layer of a prompt: observe, score, choose as many tokens as the plain composition, gather,
/// let go on, attend to what was gathered; and compares with the plain composition.
/// </summary>
internal static class DeviceRun
{
    private const int PromptTokens = 64;
    private const double Tolerance = 1e-4;

    /// <summary>The class with a pipeline's launches, or null where it has none; pages with counts of their own are not run here.</summary>
    public static Type? KernelsOf(Type pipeline)
        => pipeline.GetNestedType("Plan")!.GetField("CountOffset") is null
            ? pipeline.GetNestedType("SimulatedKernels", BindingFlags.Public | BindingFlags.NonPublic)
            : null;

    /// <summary>The first difference, or null.</summary>
    public static string? Compare(Type pipeline, Combination combination, TestModel model, DeviceContext device)
    {
        HeadLayout heads = model.Plain.Heads;
        PageLayout layout = LayoutOf(pipeline);
        var prompt = new PlainPrompt(combination, model.Plain, PromptTokens);
        var layers = new DeviceLayer[model.Plain.Layers];
        for (int layer = 0, tokens = PromptTokens; layer < layers.Length; layer++)
        {
            layers[layer] = new DeviceLayer(layout, heads, tokens, combination.Number + layer);
            layers[layer].Choose(prompt, layer);
            tokens = layers[layer].Onward?.Length ?? tokens;
        }

        for (int layer = 0; layer < layers.Length; layer++)
        {
            int[][] rows = prompt.Layers.Count > 0
                ? prompt.Rows(layer)
                : [.. Enumerable.Repeat<int[]>([.. Enumerable.Range(0, layers[layer].Tokens)], heads.KeyValueHeads)];
            if (Compare(KernelsOf(pipeline)!, combination, heads, layers[layer], rows, device) is { } problem)
            {
                return $"layer {layer}: {problem}";
            }
        }

        return null;
    }

    private static string? Compare(Type kernels, Combination combination, HeadLayout heads, DeviceLayer layer, int[][] rows, DeviceContext device)
    {
        StageChoice selection = combination[StageSlot.TokenSelection]!;
        int d = heads.HeadDim, stride = (layer.Tokens + 3) / 4 * 4;
        using PagedHeads pages = layer.Upload(device, [.. rows.Select(static own => own.Length)]);
        using var calls = new KernelCalls(kernels, device, heads.QueryHeads * stride)
        {
            ["pages"] = pages.Pages,
            ["tables"] = pages.Tables,
            ["targets"] = pages.Targets,
            ["stride"] = stride,
            ["options"] = selection.Options,
        };
        if (!selection.Facts.Lossy)
        {
            calls["tables"] = pages.Tables;
            return Attended(calls, heads, layer, pages, rows);
        }

        int observed = selection.Option(OptionRole.ObservedRows, selection.Option(OptionRole.Window, 0));
        calls.Upload("promptTokens", Enumerable.Repeat(PromptTokens, heads.KeyValueHeads).ToArray());
        calls.Upload("queries", layer.LastQueries(observed, d));
        calls.Upload("allQueries", layer.AllQueries(stride, d));
        calls.Allocate<float>("logSumExp", (long)heads.QueryHeads * observed);
        calls.Allocate<float>("scores", heads.KeyValueHeads * stride);
        MemoryBuffer1D<int, Stride1D.Dense> ranked = calls.Allocate<int>("ranked", heads.KeyValueHeads * stride);
        MemoryBuffer1D<int, Stride1D.Dense> indices = calls.Allocate<int>("indices", heads.KeyValueHeads * stride);
        if (calls.Has("Observe"))
        {
            calls.Call("Observe");
        }

        calls.Call("Score");
        calls.Call("Select");
        if (calls.Takes("Select", "ranked"))
        {
            calls["indices"] = (ArrayView<int>)ranked.View;
        }

        calls.Call("Gather");
        device.Synchronize();
        int[] chosen = indices.GetAsArray1D();
        for (int head = 0; head < rows.Length; head++)
        {
            int[] expected = [.. rows[head].Order()], actual = chosen[(head * stride)..((head * stride) + expected.Length)];
            int[] stored = [.. Enumerable.Range(0, expected.Length).Select(slot => pages.ReadTarget(head, slot).Position).Order()];
            if (!expected.SequenceEqual(actual) || !expected.SequenceEqual(stored))
            {
                return $"head {head} chose [{string.Join(' ', actual)}] and stored [{string.Join(' ', stored)}], expected [{string.Join(' ', expected)}]";
            }
        }

        calls["tables"] = pages.Targets;
        return Attended(calls, heads, layer, pages, rows) ?? (layer.Onward is null ? null : WentOn(calls, heads, layer, stride, device));
    }

    /// <summary>Attention of a step over what heads hold.</summary>
    private static string? Attended(KernelCalls calls, HeadLayout heads, DeviceLayer layer, PagedHeads pages, int[][] rows)
    {
        const int shares = 2;
        int d = heads.HeadDim;
        float[] queries = PagedHeads.Uniform(new Random(layer.Tokens), heads.QueryHeads * d);
        calls.Upload("queries", queries);
        calls["heads"] = heads.KeyValueHeads;
        calls["shares"] = shares;
        calls.Upload("watched", Enumerable.Repeat(-1, heads.KeyValueHeads).ToArray());
        calls.Allocate<float>("scratch", (long)calls.Call("AttendScratch")!);
        MemoryBuffer1D<float, Stride1D.Dense> output = calls.Allocate<float>("output", queries.Length);
        calls.Call("Attend");
        float[] actual = output.GetAsArray1D();
        for (int head = 0; head < heads.QueryHeads; head++)
        {
            int own = head / heads.Group;
            double[] expected = PlainAttention.Of(queries.AsSpan(head * d, d), pages.Keys[own], pages.Values[own], rows[own]);
            for (int i = 0; i < d; i++)
            {
                if (!(Math.Abs(expected[i] - actual[(head * d) + i]) <= Tolerance))
                {
                    return $"query head {head} attends to {actual[(head * d) + i]} at {i}, expected {expected[i]}";
                }
            }
        }

        return null;
    }

    /// <summary>Who goes on to the next layer; the scores of the heads are on the device already.</summary>
    private static string? WentOn(KernelCalls calls, HeadLayout heads, DeviceLayer layer, int stride, DeviceContext device)
    {
        const int width = 4;
        calls["sequences"] = 1;
        calls["heads"] = heads.KeyValueHeads;
        calls["width"] = width;
        calls.Upload("sequenceTokens", [layer.Tokens]);
        calls.Upload("onward", [layer.Onward!.Length]);
        calls.Upload("positions", Enumerable.Range(0, stride).ToArray());
        calls.Upload("states", new float[stride * width]);
        calls.Allocate<float>("onwardStates", stride * width);
        calls.Allocate<int>("indices", stride);
        MemoryBuffer1D<int, Stride1D.Dense> onward = calls.Allocate<int>("onwardPositions", stride);
        calls.Call("Propagate");
        device.Synchronize();
        int[] actual = onward.GetAsArray1D()[..layer.Onward.Length];
        return actual.SequenceEqual(layer.Onward) ? null : $"[{string.Join(' ', actual)}] go on, expected [{string.Join(' ', layer.Onward)}]";
    }

    /// <summary>The layout whose pages have the plan's size.</summary>
    private static PageLayout LayoutOf(Type pipeline)
    {
        int bytes = (int)pipeline.GetNestedType("Plan")!.GetField("PageBytes")!.GetRawConstantValue()!;
        return Enumerable.Range(0, 3).Select(static words => new PageLayout(SmallModel.HeadDim, SmallModel.PageTokens, 32, words)).First(layout => layout.PageBytes == bytes);
    }
}

using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Compares what FastKV decided in one layer.</summary>
internal static class FastKvOutcome
{
    /// <summary>A layer of a pipeline or of a whole model; kept tokens are compared by their original positions.</summary>
    /// <param name="expected">n_in, capacity, cache_len, kv_positions, kv_cut, tsp_positions, tsp_cut; all but the first optional.</param>
    /// <param name="layer">What the reference decided.</param>
    /// <param name="positions">Original positions of the tokens that reached the layer.</param>
    public static void Check(JsonElement expected, FastKvLayer layer, int[] positions)
    {
        string where = $"layer {expected.Int("layer", 0)}";
        Expect.Equal(expected.Int("n_in", layer.Tokens), layer.Tokens, $"n_in of {where}");
        Expect.Equal(expected.Int("capacity"), layer.Capacity, $"capacity of {where}");
        Expect.Equal(expected.Flag("compressed", layer.Selection.Compressed), layer.Selection.Compressed, $"compressed of {where}");
        int length = expected.Int("cache_len");
        Array.ForEach(layer.Selection.Kept, kept => Expect.Equal(length, kept.Length, $"cache_len of {where}"));

        int[] Original(int[] indices) => [.. indices.Select(index => positions[index])];
        if (expected.Optional("kv_positions") is { } keptPositions)
        {
            SelectionCheck.Heads(
                keptPositions,
                expected.Optional("kv_cut"),
                layer.Selection with { Kept = [.. layer.Selection.Kept.Select(Original)] },
                $"kv_positions of {where}");
        }

        if (expected.Optional("tsp_positions") is { } propagated)
        {
            Expect.True(layer.Propagated is not null, $"{where} propagates everything, a cut was expected");
            SelectionCheck.Cut(expected.Optional("tsp_cut"), layer.PropagationScores, $"tsp_cut of {where}");
            Selection.Same(
                propagated.AsInts("tsp_positions"),
                Original(layer.Propagated!),
                Selection.Loose(expected.Optional("tsp_cut")),
                $"tsp_positions of {where}");
        }
    }

    /// <summary>
    /// A layer on which the published code raises an error: ours refuses the parameters, or follows the rule for short
    /// prompts — a cache that cannot hold the window keeps just that, a cut that cannot hold it is not made.
    /// </summary>
    /// <param name="select">Runs the reference.</param>
    /// <param name="window">w.</param>
    /// <param name="propagation">P's budget at this layer, null if nothing is cut there.</param>
    public static void CheckError(Func<FastKvLayer> select, int window, Func<TokenBudget?> propagation)
    {
        try
        {
            FastKvLayer layer = select();
            Expect.True(IsFallback(layer, window, propagation()), "the published code raises an error, but a selection was made");
        }
        catch (ArgumentException)
        {
            // Refused, as it should be.
        }
    }

    /// <summary>Whether the layer follows the rule for short prompts, and for a reason.</summary>
    public static bool IsFallback(FastKvLayer layer, int window, TokenBudget? propagation)
    {
        bool cannotKeep = layer.Capacity < window || layer.Tokens <= window;
        bool cannotCut = propagation?.Of(layer.Tokens) < window;
        int least = Math.Min(window, layer.Tokens);
        bool keepsLeast = layer.Selection.Kept.All(kept => kept.Order().SequenceEqual(Enumerable.Range(layer.Tokens - least, least)));
        return (cannotKeep || cannotCut) && (!cannotKeep || keepsLeast) && (!cannotCut || layer.Propagated is null);
    }
}

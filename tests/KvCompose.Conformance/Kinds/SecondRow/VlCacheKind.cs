using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.VlCache;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>VL-Cache over the layers of a model; the files fill what clipping leaves layer by layer.</summary>
public sealed class VlCacheKind() : SecondRowKind("vlcache.layers")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][][] queries = @case.Tensor("queries").Layers(), keys = @case.Tensor("keys").Layers();
        int n = @case.Int("n"), rows = n - @case.Int("post_vision_start");
        double threshold = @case.Number("threshold", 0.01);
        VlCacheLayer[] layers = [.. queries
            .Select((layer, l) => new VlCacheLayer([.. layer.Select(head => head[^rows..])], keys[l], threshold))];
        Row2.Same(@case, "zero_counts", layers.SelectMany(layer => layer.ZeroCounts));
        Row2.Close(@case, "gamma", layers.SelectMany(layer => layer.Sparsity));
        double[] densities = [.. layers.Select(layer => layer.Density)];
        Row2.Close(@case, "density", densities);
        var budget = new VlCacheBudget(@case.Number("share"), VlCacheFilling.Listed);
        Row2.Close(@case, "layer_share", budget.Shares(densities));
        Expect.Equal(@case.Int("total_budget"), budget.Total(layers.Length, n), "total_budget");
        int[] kept = budget.Rows(densities, n);
        Row2.Same(@case, "budget", kept);
        int[] filled = new VlCacheBudget(@case.Number("share")).Rows(densities, n);
        Expect.Equal(kept.Sum(), filled.Sum(), "total of the budget that is filled by density");
        Expect.True(filled.All(x => x >= 1 && x <= n), "a layer's budget that is filled by density is outside the prompt");
        Row2.Close(@case, "scores", layers.SelectMany(layer => Row2.Flat(layer.Scores)));
        foreach ((int layer, JsonElement expected) in @case.List("kept").Index())
        {
            Row2.Lists(expected, layers[layer].Select(kept[layer], @case.Number("recent_fraction")), $"kept[{layer}]");
        }
    }
}

using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.DynamicKv;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>DynamicKV's rounds over the layers of a model.</summary>
public sealed class DynamicKvKind() : SecondRowKind("dynamickv.layers")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var settings = new DynamicKvSettings(@case.Int("window"), @case.Int("capacity"), @case.Int("kernel"),
            @case.Number("ratio_max", 10));
        Expect.Equal(@case.Int("base", settings.Average), settings.Average, "base");
        var layers = new DynamicKvLayers(settings, @case.Tensor("queries").Layers(), @case.Tensor("keys").Layers());
        Expect.Equal(@case.Int("first_budget", layers.First), layers.First, "first_budget");
        foreach ((int index, JsonElement round) in @case.List("reallocations").Index())
        {
            Expect.Equal(round.Int("after_layer"), layers.Rounds[index].AfterLayer, $"reallocations[{index}].after_layer");
            Row2.Same(round, "counts", layers.Rounds[index].Counts);
            Expect.Equal<int>(round.Ints("budgets"), layers.Rounds[index].Budgets, $"reallocations[{index}].budgets");
        }

        foreach ((int layer, JsonElement positions) in @case.List("cache_positions").Index())
        {
            Row2.Lists(positions, layers.Kept[layer], $"cache_positions[{layer}]");
        }
    }
}

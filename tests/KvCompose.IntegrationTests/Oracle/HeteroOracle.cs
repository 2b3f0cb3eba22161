using KvCompose.Reference;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>The plain HeteroCache, layer by layer, as the cache of the plain transformer.</summary>
internal sealed class HeteroOracle(HeteroSettings settings, HeadProfile profile, HeadLayout heads) : IPlainCache
{
    private readonly HeteroLayer[] _layers = new HeteroLayer[profile.Layers];

    /// <summary>Looks that found a drift.</summary>
    public int Triggers { get; private set; }

    /// <summary>Tokens brought back that were not there, summed over satellites.</summary>
    public int Fetched { get; private set; }

    public void Store(int layer, float[] queries, float[] keys, float[] values)
    {
        int tokens = keys.Length / (heads.KeyValueHeads * heads.HeadDim);
        var prompt = new LayerPrompt(tokens, heads.HeadDim, heads.Group, DelegateSelector.LastRows(heads, queries, tokens, 1), keys, values);
        _layers[layer] = new HeteroLayer(settings, profile, layer, prompt);
    }

    public float[] Attend(int layer, float[] queries, float[] keys, float[] values)
    {
        int[][] before = PromptPositions(layer);
        (float[] output, IReadOnlyList<DriftCheck> checks) = _layers[layer].Decode(queries, keys, values);
        Triggers += checks.Count(check => check.Refresh is not null);
        Fetched += PromptPositions(layer).Zip(before, (now, then) => now.Except(then).Count()).Sum();
        return output;
    }

    /// <summary>[head]: prompt positions that the head holds, ascending.</summary>
    public int[][] PromptPositions(int layer)
        => [.. Enumerable.Range(0, heads.KeyValueHeads).Select(head => _layers[layer].PromptPositions(head).Order().ToArray())];
}

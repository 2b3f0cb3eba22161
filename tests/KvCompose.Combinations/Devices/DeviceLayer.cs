extern alias simulator;

using KvCompose.Cache;
using KvCompose.Combinations.Oracle;
using simulator::KvCompose.Ilgpu;
using KvCompose.DeviceTests.Emitted;
using KvCompose.Reference;

namespace KvCompose.Combinations.Devices;

/// <summary>Random queries, keys and values of one layer of one prompt, the same for the plain composition and in device pages.</summary>
internal sealed class DeviceLayer
{
    private readonly int _seed;
    private readonly PageLayout _layout;

    public DeviceLayer(PageLayout layout, HeadLayout heads, int tokens, int seed)
    {
        (_layout, _seed, Tokens) = (layout, seed, tokens);
        var random = new Random(seed);
        Keys = [.. Enumerable.Range(0, heads.KeyValueHeads).Select(_ => PagedHeads.Uniform(random, tokens * heads.HeadDim))];
        var own = new Random(-1 - seed);
        Queries = [.. Enumerable.Range(0, heads.QueryHeads).Select(_ => PagedHeads.Uniform(own, tokens * heads.HeadDim))];
    }

    /// <summary>Tokens that reached the layer.</summary>
    public int Tokens { get; }

    /// <summary>[Hkv], each [tokens][d].</summary>
    public float[][] Keys { get; }

    /// <summary>[Hq], each [tokens][d].</summary>
    public float[][] Queries { get; }

    /// <summary>What the layer lets go on, as rows; null for all.</summary>
    public int[]? Onward { get; set; }

    /// <summary>The layer as the plain composition sees it.</summary>
    public void Choose(PlainPrompt prompt, int layer)
        => Onward = prompt.Choose(layer, [.. Enumerable.Range(0, Tokens)], [.. Queries.SelectMany(static rows => rows)], [.. Keys.SelectMany(static rows => rows)]).Propagated;

    /// <summary>The layer's tokens in device pages, beside tables for what heads keep.</summary>
    public PagedHeads Upload(DeviceContext device, int[] kept)
    {
        // The first numbers of the same seed: these keys.
        var heads = new PagedHeads(device, _layout, [.. Enumerable.Repeat(Tokens, Keys.Length)], new Random(_seed), kept) { PlainPositions = true };
        heads.Restore();
        return heads;
    }

    /// <summary>The queries of the last rows, [Hq][rows][d]; places of rows that there are not hold NaN.</summary>
    public float[] LastQueries(int rows, int headDim) => [.. Queries.SelectMany(own => own[^(Math.Min(rows, Tokens) * headDim)..]
        .Concat(Enumerable.Repeat(float.NaN, Math.Max(0, rows - Tokens) * headDim)))];

    /// <summary>The queries of all rows, [Hq][stride][d].</summary>
    public float[] AllQueries(int stride, int headDim) => [.. Queries.SelectMany(own => own.Concat(Enumerable.Repeat(float.NaN, (stride - Tokens) * headDim)))];
}

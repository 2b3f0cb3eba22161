using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Reference.HeteroCache;

/// <summary>Random tensors and small profiles for the tests of this folder.</summary>
internal sealed class HeteroCacheSample(int seed, int tokens, int heads, int groupSize, int headDim)
{
    private readonly Random random = new(seed);

    public LayerPrompt Prompt() => new(tokens, headDim, groupSize,
        Tensor(heads * groupSize * headDim), Tensor(heads * tokens * headDim), Tensor(heads * tokens * headDim));

    public float[] Queries() => Tensor(heads * groupSize * headDim);

    public float[] Rows() => Tensor(heads * headDim);

    /// <summary>One layer: head 0 a pivot, head 1 an anchor, the rest satellites of head 0.</summary>
    public static HeadProfile OneStar(params double[] weights) => new(
        [[HeadClass.Pivot, HeadClass.Anchor, .. Enumerable.Repeat(HeadClass.Satellite, weights.Length - 1)]],
        [[-1, .. weights]],
        [[new PivotGroup(0, Enumerable.Range(2, weights.Length - 1))]]);

    private float[] Tensor(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)(4 * random.NextDouble() - 2))];
}

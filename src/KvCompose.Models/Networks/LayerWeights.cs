using KvCompose.Memory;
using KvCompose.Models.Kernels;

namespace KvCompose.Models.Networks;

/// <summary>The weights of one decoder layer.</summary>
internal sealed class LayerWeights
{
    public required WeightMatrix Query { get; init; }

    public required WeightMatrix Key { get; init; }

    public required WeightMatrix Value { get; init; }

    public required WeightMatrix Output { get; init; }

    public required WeightMatrix Gate { get; init; }

    public required WeightMatrix Up { get; init; }

    public required WeightMatrix Down { get; init; }

    public NormWeights? AttentionNorm { get; init; }

    public NormWeights? AttentionOutputNorm { get; init; }

    public NormWeights? FeedForwardNorm { get; init; }

    public NormWeights? FeedForwardOutputNorm { get; init; }

    public NormWeights? QueryNorm { get; init; }

    public NormWeights? KeyNorm { get; init; }

    public NativeFloats? QueryBias { get; init; }

    public NativeFloats? KeyBias { get; init; }

    public NativeFloats? ValueBias { get; init; }

    public NativeFloats? OutputBias { get; init; }

    public NativeFloats? GateBias { get; init; }

    public NativeFloats? UpBias { get; init; }

    public NativeFloats? DownBias { get; init; }
}

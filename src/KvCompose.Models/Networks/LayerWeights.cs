using KvCompose.Memory;
using KvCompose.Models.Kernels;

namespace KvCompose.Models.Networks;

/// <summary>The weights of one decoder layer.</summary>
internal sealed class LayerWeights
{
    public WeightMatrix? Query { get; init; }

    public WeightMatrix? Key { get; init; }

    public WeightMatrix? Value { get; init; }

    public WeightMatrix? Output { get; init; }

    public WeightMatrix? Gate { get; init; }

    public WeightMatrix? Up { get; init; }

    public WeightMatrix? Down { get; init; }

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

    /// <summary>The projection of what the attended is gated by.</summary>
    public WeightMatrix? OutputGate { get; init; }

    /// <summary>[Hq].</summary>
    public NativeFloats? Sinks { get; init; }

    /// <summary>Of every head's value, without weights.</summary>
    public NormWeights? ValueNorm { get; init; }

    /// <summary>What the hidden state is multiplied with at last.</summary>
    public float OutputScale { get; init; } = 1;

    public ExpertWeights? Experts { get; init; }

    public RecurrentWeights? Recurrent { get; init; }

    public LayerInputWeights? LayerInput { get; init; }
}

/// <summary>The weights of a mixture of experts.</summary>
internal sealed class ExpertWeights
{
    public required WeightMatrix Router { get; init; }

    public NativeFloats? RouterBias { get; init; }

    /// <summary>Of the router's own input.</summary>
    public NormWeights? RouterNorm { get; init; }

    /// <summary>[E].</summary>
    public NativeFloats? SelectionBias { get; init; }

    /// <summary>[E].</summary>
    public NativeFloats? ExpertScale { get; init; }

    /// <summary>By expert; both projections in the one where the other is empty.</summary>
    public required WeightMatrix[] Gate { get; init; }

    public required WeightMatrix[] Up { get; init; }

    public required WeightMatrix[] Down { get; init; }

    public required NativeFloats?[] GateBias { get; init; }

    public required NativeFloats?[] UpBias { get; init; }

    public required NativeFloats?[] DownBias { get; init; }

    /// <summary>[D].</summary>
    public NativeFloats? SharedGate { get; init; }

    public NormWeights? Norm { get; init; }

    public NormWeights? OutputNorm { get; init; }

    public NormWeights? DenseOutputNorm { get; init; }
}

/// <summary>The weights of a layer with a fixed state, beside its feed-forward block.</summary>
internal sealed class RecurrentWeights
{
    public required WeightMatrix[] Inputs { get; init; }

    public NativeFloats? InputBias { get; init; }

    /// <summary>[K, channels]: the oldest token's first.</summary>
    public required NativeFloats Taps { get; init; }

    public NativeFloats? ConvolutionBias { get; init; }

    public required WeightMatrix Output { get; init; }

    public NativeFloats? OutputBias { get; init; }

    /// <summary>A, below 0, by head.</summary>
    public NativeFloats? Decay { get; init; }

    public NativeFloats? StepBias { get; init; }

    public NativeFloats? Skip { get; init; }

    public NormWeights? Norm { get; init; }
}

/// <summary>The weights of what a layer gets of the token itself; for the network as a whole the embedding and the projection.</summary>
internal sealed record LayerInputWeights(WeightMatrix Gate, WeightMatrix Projection, NormWeights Norm);

using KvCompose.Memory;
using KvCompose.Models.Mathematics;

namespace KvCompose.Models.Llama;

/// <summary>The weights of one decoder layer.</summary>
internal sealed class LayerWeights
{
    public required NativeFloats InputNorm { get; init; }

    public required PackedMatrix Query { get; init; }

    public required PackedMatrix Key { get; init; }

    public required PackedMatrix Value { get; init; }

    public required PackedMatrix Output { get; init; }

    public required NativeFloats FeedForwardNorm { get; init; }

    public required PackedMatrix Gate { get; init; }

    public required PackedMatrix Up { get; init; }

    public required PackedMatrix Down { get; init; }

    public NativeFloats? QueryBias { get; init; }

    public NativeFloats? KeyBias { get; init; }

    public NativeFloats? ValueBias { get; init; }

    public NativeFloats? OutputBias { get; init; }

    public NativeFloats? QueryNorm { get; init; }

    public NativeFloats? KeyNorm { get; init; }
}

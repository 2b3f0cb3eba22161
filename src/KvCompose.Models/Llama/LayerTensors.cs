using KvCompose.Models.Checkpoints;

namespace KvCompose.Models.Llama;

/// <summary>The tensors of one layer, by their Hugging Face names, found and of the right shape, not yet read.</summary>
internal sealed record LayerTensors(
    CheckpointTensor InputNorm, CheckpointTensor Query, CheckpointTensor Key, CheckpointTensor Value, CheckpointTensor Output,
    CheckpointTensor FeedForwardNorm, CheckpointTensor Gate, CheckpointTensor Up, CheckpointTensor Down)
{
    public CheckpointTensor? QueryBias { get; init; }

    public CheckpointTensor? KeyBias { get; init; }

    public CheckpointTensor? ValueBias { get; init; }

    public CheckpointTensor? OutputBias { get; init; }

    public CheckpointTensor? QueryNorm { get; init; }

    public CheckpointTensor? KeyNorm { get; init; }
}

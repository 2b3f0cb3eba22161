using KvCompose.Models.Llama;
using KvCompose.Threading;

namespace KvCompose.Models;

/// <summary>
/// A <see cref="LanguageModel"/> as pipelines see it. A default value is of no use: take it from <see cref="LanguageModel.Transformer"/>.
/// Calls from several threads take turns.
/// </summary>
public readonly unsafe struct LanguageTransformer : ITransformer
{
    private readonly LlamaNetwork _network;
    private readonly ModelFiles _files;

    internal LanguageTransformer(LlamaNetwork network, ModelFiles files) => (_network, _files) = (network, files);

    /// <inheritdoc/>
    public ModelIdentity Identity => _files.Identity;

    /// <inheritdoc/>
    public TransformerShape Shape => _network.Shape;

    /// <inheritdoc/>
    public WorkerPool Workers => _network.Workers;

    /// <inheritdoc/>
    public void Embed(ReadOnlySpan<int> tokens, float* hidden) => _network.Embed(tokens, hidden);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside the model's context, or the layer does not exist.</exception>
    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        => _network.Project(layer, hidden, positions, queries, keys, values);

    /// <inheritdoc/>
    public void Complete(int layer, float* attended, float* hidden, int rows) => _network.Complete(layer, attended, hidden, rows);

    /// <inheritdoc/>
    public void Logits(float* hidden, int rows, float* logits) => _network.Logits(hidden, rows, logits);
}

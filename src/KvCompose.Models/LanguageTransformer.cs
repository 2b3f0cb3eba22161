using KvCompose.Models.Networks;
using KvCompose.Threading;

namespace KvCompose.Models;

/// <summary>
/// A <see cref="LanguageModel"/> as pipelines see it. A default value is of no use: take it from <see cref="LanguageModel.Transformer"/>.
/// Calls from several threads take turns.
/// </summary>
public readonly unsafe struct LanguageTransformer : ITransformer
{
    private readonly Network _network;
    private readonly ModelFiles _files;
    private readonly int _context;

    internal LanguageTransformer(Network network, ModelFiles files, int context)
        => (_network, _files, _context) = (network, files, context);

    /// <inheritdoc/>
    public ModelIdentity Identity => _files.Identity;

    /// <inheritdoc/>
    public TransformerShape Shape => _network.Shape with { Context = _context };

    /// <inheritdoc/>
    public WorkerPool Workers => _network.Workers;

    /// <inheritdoc/>
    public LayerFacts Layer(int layer)
    {
        LayerDescription description = _network.Description.Layers[layer];
        if (description.Attention is not { } attention)
        {
            return new LayerFacts(LayerKind.FixedState, 0, 0) { StateFloats = description.Recurrent!.StateFloats };
        }

        return new LayerFacts(
            attention.Window is null ? LayerKind.Full : LayerKind.SlidingWindow, attention.Window ?? 0, attention.SoftCap ?? 0)
        {
            HeadDim = attention.HeadDim,
            KeyValueHeads = attention.KeyValueHeads,
            ReadsLayer = attention.ReadsLayer,
            InBlocks = attention.Block is not null,
        };
    }

    /// <inheritdoc/>
    public void Advance(int layer, float* hidden, int rows, ReadOnlySpan<nint> states) => _network.Advance(layer, hidden, rows, states);

    /// <inheritdoc/>
    public float* Sinks(int layer) => _network.Sinks(layer);

    /// <inheritdoc/>
    /// <exception cref="CheckpointFormatException">A file of the model was changed since it was loaded.</exception>
    public void Embed(ReadOnlySpan<int> tokens, float* hidden) => _network.Embed(tokens, hidden);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside the model's context, or the layer does not exist.</exception>
    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        => _network.Project(layer, hidden, positions, _context, queries, keys, values);

    /// <inheritdoc/>
    public void Complete(int layer, float* attended, float* hidden, int rows) => _network.Complete(layer, attended, hidden, rows);

    /// <inheritdoc/>
    public bool ShiftsKeys => true;

    /// <inheritdoc/>
    public void ShiftKeys(int layer, float* keys, int rows, int by) => _network.ShiftKeys(layer, keys, rows, by, _context);

    /// <inheritdoc/>
    public void Logits(float* hidden, int rows, float* logits) => _network.Logits(hidden, rows, logits);
}

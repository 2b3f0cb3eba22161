using System.Globalization;
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
    private readonly int _rotated; // the length that frequencies are chosen for; 0 where they follow the sequence

    internal LanguageTransformer(Network network, ModelFiles files, int context, int rotated)
        => (_network, _files, _context, _rotated) = (network, files, context, rotated);

    /// <inheritdoc/>
    /// <remarks>Where frequencies depend on the length, keys of a model that was opened for one length are not those of another.</remarks>
    public ModelIdentity Identity => _rotated == 0 || !_network.Description.RotatesByLength
        ? _files.Identity
        : _files.Identity with { Weights = string.Create(CultureInfo.InvariantCulture, $"{_files.Identity.Weights}, rotated for {_rotated} tokens") };

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
        => _network.Project(layer, hidden, positions, _rotated > 0 || positions.IsEmpty ? _rotated : positions[^1] + 1, queries, keys, values);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside the model's context, or the layer does not exist.</exception>
    public void ProjectByLength(int layer, float* hidden, ReadOnlySpan<int> positions, ReadOnlySpan<int> lengths, float* queries, float* keys, float* values)
    {
        AttentionDescription heads = _network.Description.Layers[layer].Attention!;
        for (int first = 0, end; first < positions.Length; first = end)
        {
            // Rows of one length together: of a prompt all, of a step over several sequences perhaps one each.
            for (end = first + 1; end < positions.Length && lengths[end] == lengths[first];)
            {
                end++;
            }

            nint keysAt = (nint)first * heads.KeyValueHeads * heads.HeadDim;
            _network.Project(
                layer, hidden + ((nint)first * _network.Shape.Hidden), positions[first..end], _rotated > 0 ? _rotated : lengths[first],
                queries + ((nint)first * heads.QueryHeads * heads.HeadDim), keys + keysAt, values + keysAt);
        }
    }

    /// <inheritdoc/>
    public bool RotatesByLength => _rotated == 0 && _network.Description.RotatesByLength;

    /// <inheritdoc/>
    public int LongestWithoutRecomputation => RotatesByLength ? _network.Description.LongestWithoutRecomputation : 0;

    /// <inheritdoc/>
    public void Complete(int layer, float* attended, float* hidden, int rows) => _network.Complete(layer, attended, hidden, rows);

    /// <inheritdoc/>
    /// <remarks>Not where keys of one sequence have different frequencies (dynamic scaling that follows the length).</remarks>
    public bool ShiftsKeys => !RotatesByLength || LongestWithoutRecomputation > 0;

    /// <inheritdoc/>
    public bool SharesOutputWeights => true;

    /// <inheritdoc/>
    public void CopyOutputWeights(int layer, int first, int count, float* rows) => _network.CopyOutputWeights(layer, first, count, rows);

    /// <inheritdoc/>
    public void ShiftKeys(int layer, float* keys, int rows, int by) => _network.ShiftKeys(layer, keys, rows, by, _rotated > 0 ? _rotated : _context);

    /// <inheritdoc/>
    public void Logits(float* hidden, int rows, float* logits) => _network.Logits(hidden, rows, logits);
}

using KvCompose.Threading;

namespace KvCompose;

/// <summary>
/// What a pipeline asks of a model: everything of a decoder layer but attention over the cache.
/// Implemented by a struct, so that a session specialised for it makes direct calls.
/// All matrices are row-major fp32 with one row per token.
/// </summary>
public unsafe interface ITransformer
{
    /// <summary>The model's dimensions.</summary>
    TransformerShape Shape { get; }

    /// <summary>What tells this model from others; null where nothing does, and then no cache of it can be saved.</summary>
    /// <exception cref="IOException">It is computed from the model's files when it is first asked for, and they cannot be read or have changed.</exception>
    ModelIdentity? Identity => null;

    /// <summary>What a pipeline has to know of one layer.</summary>
    LayerFacts Layer(int layer) => default;

    /// <summary>The threads that the model computes with; the pipeline's loops run on the same ones.</summary>
    WorkerPool Workers { get; }

    /// <summary>Writes the embedding of every token, hidden [tokens, D].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    void Embed(ReadOnlySpan<int> tokens, float* hidden);

    /// <summary>
    /// Normalises hidden [rows, D], projects it and rotates queries and keys at the given positions:
    /// queries [rows, Hq, d], keys and values [rows, Hkv, d]. <paramref name="hidden"/> is not changed.
    /// </summary>
    void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values);

    /// <summary>
    /// Completes the layer for the given rows: hidden [rows, D] gains the output projection of attended [rows, Hq, d],
    /// then the feed-forward block.
    /// </summary>
    void Complete(int layer, float* attended, float* hidden, int rows);

    /// <summary>
    /// Runs a whole layer with a fixed state (<see cref="LayerKind.FixedState"/>): hidden [rows, D] gains what takes the place of
    /// attention, then the feed-forward block, and the states go on by the rows.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="hidden">The rows of a sequence stand together, in order.</param>
    /// <param name="rows">How many, as many of every sequence.</param>
    /// <param name="states">The state of every sequence, <see cref="LayerFacts.StateFloats"/> floats each; zero at the start of a sequence.</param>
    /// <exception cref="NotSupportedException">No layer of the model has a fixed state.</exception>
    void Advance(int layer, float* hidden, int rows, ReadOnlySpan<nint> states)
        => throw new NotSupportedException($"{GetType().Name} has no layer with a fixed state");

    /// <summary>Logits of a layer's query heads that have no key and take part in every softmax, [Hq]; null for none.</summary>
    float* Sinks(int layer) => null;

    /// <summary>Whether keys that are rotated for one position can be rotated for another.</summary>
    bool ShiftsKeys => false;

    /// <summary>Rotates keys [rows, d] of a layer, of whatever heads and positions, as if their positions were lower.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="keys">Rotated keys.</param>
    /// <param name="rows">How many.</param>
    /// <param name="by">How much lower, above 0.</param>
    /// <exception cref="NotSupportedException"><see cref="ShiftsKeys"/> is false.</exception>
    void ShiftKeys(int layer, float* keys, int rows, int by) => throw new NotSupportedException($"{GetType().Name} does not rotate keys to other positions");

    /// <summary>Final norm and language-model head: logits [rows, Vocabulary] of hidden [rows, D].</summary>
    void Logits(float* hidden, int rows, float* logits);
}

/// <summary>A model that hands out the struct through which pipelines compute.</summary>
/// <typeparam name="TTransformer">The struct; a session is compiled once for it.</typeparam>
public interface ITransformerSource<TTransformer>
    where TTransformer : struct, ITransformer
{
    /// <summary>The struct view of this model. It stays valid until the model is disposed.</summary>
    TTransformer Transformer { get; }
}

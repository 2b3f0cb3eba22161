using KvCompose.Threading;

namespace KvCompose.Evaluation;

/// <summary>A model that remembers the hidden state of which it last computed logits: the final one of a prompt's last token.</summary>
/// <typeparam name="TInner">The model's struct.</typeparam>
/// <param name="inner">The model.</param>
public sealed class LastHiddenState<TInner>(TInner inner) : ITransformerSource<LastHiddenState<TInner>.Recorder>
    where TInner : struct, ITransformer
{
    private readonly float[] _state = new float[inner.Shape.Hidden];

    /// <summary>[D], before the final norm.</summary>
    public ReadOnlySpan<float> State => _state;

    /// <inheritdoc/>
    public Recorder Transformer => new(inner, _state);

    /// <summary>The model, listening.</summary>
    public readonly unsafe struct Recorder : ITransformer
    {
        private readonly TInner _inner;
        private readonly float[] _state;

        internal Recorder(TInner inner, float[] state) => (_inner, _state) = (inner, state);

        /// <inheritdoc/>
        public TransformerShape Shape => _inner.Shape;

        /// <inheritdoc/>
        public WorkerPool Workers => _inner.Workers;

        /// <inheritdoc/>
        public LayerFacts Layer(int layer) => _inner.Layer(layer);

        /// <inheritdoc/>
        public void Embed(ReadOnlySpan<int> tokens, float* hidden) => _inner.Embed(tokens, hidden);

        /// <inheritdoc/>
        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
            => _inner.Project(layer, hidden, positions, queries, keys, values);

        /// <inheritdoc/>
        public void Complete(int layer, float* attended, float* hidden, int rows) => _inner.Complete(layer, attended, hidden, rows);

        /// <inheritdoc/>
        public void Advance(int layer, float* hidden, int rows, ReadOnlySpan<nint> states) => _inner.Advance(layer, hidden, rows, states);

        /// <inheritdoc/>
        public float* Sinks(int layer) => _inner.Sinks(layer);

        /// <inheritdoc/>
        public void Logits(float* hidden, int rows, float* logits)
        {
            new ReadOnlySpan<float>(hidden + ((nint)(rows - 1) * _state.Length), _state.Length).CopyTo(_state);
            _inner.Logits(hidden, rows, logits);
        }
    }
}

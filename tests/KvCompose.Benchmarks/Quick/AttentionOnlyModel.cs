using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>A model whose layers do nothing but attention, so that a step's time is the time of attention over the cache.</summary>
public sealed class AttentionOnlyModel(TransformerShape shape, WorkerPool workers) : ITransformerSource<AttentionOnlyModel.Layers>
{
    /// <inheritdoc/>
    public Layers Transformer => new(shape, workers);

    /// <summary>The struct that sessions are compiled for.</summary>
    public readonly unsafe struct Layers(TransformerShape shape, WorkerPool workers) : ITransformer
    {
        /// <inheritdoc/>
        public TransformerShape Shape => shape;

        /// <inheritdoc/>
        public WorkerPool Workers => workers;

        /// <inheritdoc/>
        public void Embed(ReadOnlySpan<int> tokens, float* hidden) => new Span<float>(hidden, tokens.Length * shape.Hidden).Fill(1);

        /// <inheritdoc/>
        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            // Linear in the hidden row, so that a session finds no biases.
            for (int row = 0; row < positions.Length; row++, hidden += shape.Hidden)
            {
                Fill(queries + (row * shape.QueryHeads * shape.HeadDim), shape.QueryHeads * shape.HeadDim, 0.1f * *hidden);
                Fill(keys + (row * shape.KeyValueHeads * shape.HeadDim), shape.KeyValueHeads * shape.HeadDim, 0.2f * *hidden);
                Fill(values + (row * shape.KeyValueHeads * shape.HeadDim), shape.KeyValueHeads * shape.HeadDim, 0.3f * *hidden);
            }
        }

        /// <inheritdoc/>
        public void Complete(int layer, float* attended, float* hidden, int rows)
        {
        }

        /// <inheritdoc/>
        public void Logits(float* hidden, int rows, float* logits)
        {
        }

        private static void Fill(float* target, int count, float step)
        {
            for (int i = 0; i < count; i++)
            {
                target[i] = ((i % 7) - 3) * step;
            }
        }
    }
}

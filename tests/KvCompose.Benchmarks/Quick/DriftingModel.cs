using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// A model whose layers do nothing but attention, over random keys, with queries that keep to a topic for a while and then change it: what
/// its heads attend to drifts at once, and then rests.
/// </summary>
public sealed class DriftingModel(TransformerShape shape, WorkerPool workers, int topicTokens) : ITransformerSource<DriftingModel.Layers>
{
    /// <inheritdoc/>
    public Layers Transformer => new(shape, workers, topicTokens);

    /// <summary>The struct that sessions are compiled for.</summary>
    public readonly unsafe struct Layers(TransformerShape shape, WorkerPool workers, int topicTokens) : ITransformer
    {
        private const float Noise = 0.1f;

        /// <inheritdoc/>
        public TransformerShape Shape => shape;

        /// <inheritdoc/>
        public WorkerPool Workers => workers;

        /// <inheritdoc/>
        public void Embed(ReadOnlySpan<int> tokens, float* hidden)
        {
        }

        /// <inheritdoc/>
        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            int queryFloats = shape.QueryHeads * shape.HeadDim, keyFloats = shape.KeyValueHeads * shape.HeadDim;
            for (int row = 0; row < positions.Length; row++)
            {
                uint own = Seed(layer, positions[row]), topic = Seed(layer, -1 - (positions[row] / topicTokens));
                for (int i = 0; i < queryFloats; i++)
                {
                    queries[(row * queryFloats) + i] = Next(ref topic) + (Noise * Next(ref own));
                }

                for (int i = 0; i < keyFloats; i++)
                {
                    keys[(row * keyFloats) + i] = Next(ref own);
                    values[(row * keyFloats) + i] = Next(ref own);
                }
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

        private static uint Seed(int layer, int place) => (uint)HashCode(layer, place) | 1;

        private static int HashCode(int layer, int place) => unchecked((layer * 73_856_093) ^ (place * 19_349_663) ^ 0x5bd1e995);

        /// <summary>Xorshift (Marsaglia 2003), from −1 to 1.</summary>
        private static float Next(ref uint state)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (state * (2f / uint.MaxValue)) - 1;
        }
    }
}

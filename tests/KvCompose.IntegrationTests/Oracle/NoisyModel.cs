using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A model whose queries, keys and values are noise of layer and position, and which allocates nothing: choices change with every step.</summary>
internal sealed unsafe class NoisyModel(TransformerShape shape, WorkerPool workers) : ITransformerSource<NoisyModel.Layers>
{
    public Layers Transformer => new(shape, workers);

    internal readonly struct Layers(TransformerShape shape, WorkerPool workers) : ITransformer
    {
        public TransformerShape Shape => shape;

        public WorkerPool Workers => workers;

        public void Embed(ReadOnlySpan<int> tokens, float* hidden)
        {
        }

        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            int keyFloats = shape.KeyValueHeads * shape.HeadDim;
            for (int row = 0; row < positions.Length; row++)
            {
                Fill(queries + ((nint)row * shape.QueryHeads * shape.HeadDim), shape.QueryHeads * shape.HeadDim, (layer * 100_003) + (positions[row] * 17) + 1);
                Fill(keys + ((nint)row * keyFloats), keyFloats, (layer * 99_991) + (positions[row] * 19) + 2);
                Fill(values + ((nint)row * keyFloats), keyFloats, (layer * 99_989) + (positions[row] * 23) + 3);
            }
        }

        public void Complete(int layer, float* attended, float* hidden, int rows)
        {
        }

        public void Logits(float* hidden, int rows, float* logits)
        {
        }

        private static void Fill(float* target, int count, int seed)
        {
            uint state = (uint)seed * 2_654_435_761;
            for (int i = 0; i < count; i++)
            {
                state = (state * 1_664_525) + 1_013_904_223;
                target[i] = ((state >> 8) / (float)(1 << 23)) - 1;
            }
        }
    }
}

using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>Another model with biases of the keys of its first layer: ±bias in a few channels, rotated as the keys are.</summary>
internal sealed unsafe class BiasedModel(TestModel model, float bias) : ITransformerSource<BiasedModel.Layers>
{
    private static readonly int[] Channels = [3, 12, 19, 28];

    public Layers Transformer => new(model.Transformer, bias);

    internal readonly struct Layers(TestTransformer inner, float bias) : ITransformer
    {
        public TransformerShape Shape => inner.Shape;

        public ModelIdentity? Identity => inner.Identity;

        public WorkerPool Workers => inner.Workers;

        public void Embed(ReadOnlySpan<int> tokens, float* hidden) => inner.Embed(tokens, hidden);

        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            inner.Project(layer, hidden, positions, queries, keys, values);
            if (layer > 0)
            {
                return;
            }

            int half = Shape.HeadDim / 2;
            for (int row = 0; row < positions.Length; row++)
            {
                for (int head = 0; head < Shape.KeyValueHeads; head++, keys += Shape.HeadDim)
                {
                    for (int i = 0; i < Channels.Length; i++)
                    {
                        // A bias of channel c is the vector (bias, 0) or (0, bias) of the pair that c belongs to.
                        int pair = Channels[i] % half;
                        double angle = positions[row] * Math.Pow(10_000, -(double)pair / half), own = i % 2 == 0 ? bias : -bias;
                        bool second = Channels[i] >= half;
                        keys[pair] += (float)(second ? -own * Math.Sin(angle) : own * Math.Cos(angle));
                        keys[pair + half] += (float)(second ? own * Math.Cos(angle) : own * Math.Sin(angle));
                    }
                }
            }
        }

        public void Complete(int layer, float* attended, float* hidden, int rows) => inner.Complete(layer, attended, hidden, rows);

        public void Logits(float* hidden, int rows, float* logits) => inner.Logits(hidden, rows, logits);
    }
}

using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A model that computes nothing and allocates nothing: what a step allocates is the session's.</summary>
internal sealed unsafe class QuietModel(TransformerShape shape, WorkerPool workers) : ITransformerSource<QuietModel.Layers>
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
        }

        public void Complete(int layer, float* attended, float* hidden, int rows)
        {
        }

        public void Logits(float* hidden, int rows, float* logits)
        {
        }
    }
}

using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A model that calls back whenever it has computed logits: right behind a prompt or a step.</summary>
internal sealed class AfterLogits<TInner>(TInner inner, Action called) : ITransformerSource<AfterLogits<TInner>.Layers>
    where TInner : struct, ITransformer
{
    public Layers Transformer => new(inner, called);

    internal readonly unsafe struct Layers(TInner inner, Action called) : ITransformer
    {
        public TransformerShape Shape => inner.Shape;

        public WorkerPool Workers => inner.Workers;

        public LayerFacts Layer(int layer) => inner.Layer(layer);

        public void Embed(ReadOnlySpan<int> tokens, float* hidden) => inner.Embed(tokens, hidden);

        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
            => inner.Project(layer, hidden, positions, queries, keys, values);

        public void Complete(int layer, float* attended, float* hidden, int rows) => inner.Complete(layer, attended, hidden, rows);

        public void Logits(float* hidden, int rows, float* logits)
        {
            inner.Logits(hidden, rows, logits);
            called();
        }
    }
}

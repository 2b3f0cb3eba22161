using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>Passes on what another model computes, but for one element of one key or value.</summary>
/// <param name="model">The other model.</param>
/// <param name="place">Which element.</param>
/// <param name="value">What stands there.</param>
internal sealed unsafe class SpoiltModel(TestModel model, SpoiltModel.Place place, float value) : ITransformerSource<SpoiltModel.Layers>
{
    public Layers Transformer => new(model.Transformer, place, value);

    /// <summary>An element of a key or value.</summary>
    internal readonly record struct Place(int Layer, int Head, int Position, int Element, bool IsKey);

    internal readonly struct Layers(TestTransformer inner, Place place, float value) : ITransformer
    {
        public TransformerShape Shape => inner.Shape;

        public ModelIdentity? Identity => inner.Identity;

        public WorkerPool Workers => inner.Workers;

        public void Embed(ReadOnlySpan<int> tokens, float* hidden) => inner.Embed(tokens, hidden);

        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            inner.Project(layer, hidden, positions, queries, keys, values);
            int row = positions.IndexOf(place.Position);
            if (layer == place.Layer && row >= 0)
            {
                (place.IsKey ? keys : values)[((((nint)row * Shape.KeyValueHeads) + place.Head) * Shape.HeadDim) + place.Element] = value;
            }
        }

        public void Complete(int layer, float* attended, float* hidden, int rows) => inner.Complete(layer, attended, hidden, rows);

        public void Logits(float* hidden, int rows, float* logits) => inner.Logits(hidden, rows, logits);
    }
}

using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>
/// A decode vector of HeteroCache as a model: its projections are those of the file, and what a layer attends to is kept. Heads are padded with
/// zeros to a dimension that pipelines can have; queries are scaled so that scores stay what they are.
/// </summary>
internal sealed unsafe class VectorModel : ITransformerSource<VectorModel.Layers>, IDisposable
{
    private readonly Tensor _lastQueries, _keys, _values, _stepQueries, _stepKeys, _stepValues;
    private readonly int _dim, _steps;

    public VectorModel(JsonElement @case, int headDim)
    {
        JsonElement config = @case.Field("config"), given = @case.Field("inputs");
        (_dim, _steps, PromptTokens) = (config.Int("d"), config.Int("steps"), config.Int("prompt_len"));
        (_lastQueries, _keys, _values) = (given.Tensor("q_last"), given.Tensor("K"), given.Tensor("V"));
        (_stepQueries, _stepKeys, _stepValues) = (given.Tensor("q_dec"), given.Tensor("k_dec"), given.Tensor("v_dec"));
        Shape = new TransformerShape(config.Int("L"), config.Int("Hq"), config.Int("Hkv"), headDim, 1, 2, PromptTokens + _steps + 1);
        Workers = new WorkerPool(2);
    }

    public TransformerShape Shape { get; }

    public WorkerPool Workers { get; }

    public int PromptTokens { get; }

    /// <summary>Attention outputs of decode steps, [step, layer, query head, d of the file].</summary>
    public List<float> Outputs { get; } = [];

    public Layers Transformer => new(this);

    public void Dispose() => Workers.Dispose();

    /// <summary>The struct that sessions are compiled for.</summary>
    internal readonly struct Layers(VectorModel model) : ITransformer
    {
        public TransformerShape Shape => model.Shape;

        public WorkerPool Workers => model.Workers;

        public void Embed(ReadOnlySpan<int> tokens, float* hidden)
        {
        }

        public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
        {
            int queryFloats = Shape.QueryHeads * Shape.HeadDim, keyFloats = Shape.KeyValueHeads * Shape.HeadDim;
            for (int row = 0; row < positions.Length; row++)
            {
                model.Queries(layer, positions[row], new Span<float>(queries + (row * queryFloats), queryFloats));
                model.Rows(layer, positions[row], model._keys, model._stepKeys, new Span<float>(keys + (row * keyFloats), keyFloats));
                model.Rows(layer, positions[row], model._values, model._stepValues, new Span<float>(values + (row * keyFloats), keyFloats));
            }
        }

        public void Complete(int layer, float* attended, float* hidden, int rows)
        {
            for (int head = 0; head < Shape.QueryHeads && rows == 1; head++)
            {
                model.Outputs.AddRange(new ReadOnlySpan<float>(attended + (head * Shape.HeadDim), model._dim));
            }
        }

        public void Logits(float* hidden, int rows, float* logits)
        {
        }
    }

    /// <summary>The file knows the queries of the prompt's last token and of the steps.</summary>
    private void Queries(int layer, int position, Span<float> target)
    {
        target.Clear();
        int step = Math.Min(position - PromptTokens, _steps - 1);
        if (step < -1)
        {
            return;
        }

        ReadOnlySpan<float> source = step < 0 ? _lastQueries.Slice(layer) : _stepQueries.Slice(step, layer);
        float scale = MathF.Sqrt((float)Shape.HeadDim / _dim);
        for (int i = 0; i < source.Length; i++)
        {
            target[(i / _dim * Shape.HeadDim) + (i % _dim)] = source[i] * scale;
        }
    }

    private void Rows(int layer, int position, Tensor prompt, Tensor steps, Span<float> target)
    {
        target.Clear();
        int step = Math.Min(position - PromptTokens, _steps - 1);
        for (int head = 0; head < Shape.KeyValueHeads; head++)
        {
            ReadOnlySpan<float> source = step < 0 ? prompt.Slice(layer, head, position) : steps.Slice(step, layer, head);
            source.CopyTo(target[(head * Shape.HeadDim)..]);
        }
    }
}

using KvCompose.Memory;
using KvCompose.Models.Checkpoints;
using KvCompose.Models.Mathematics;

namespace KvCompose.Models.Llama;

/// <summary>All weights of a model, in native memory that this object owns.</summary>
internal sealed unsafe class ModelWeights : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private ModelWeights()
    {
    }

    /// <summary>The embedding; the language-model head as well where the two are tied.</summary>
    public PackedMatrix Embedding { get; private set; } = null!;

    public PackedMatrix Head { get; private set; } = null!;

    public NativeFloats FinalNorm { get; private set; } = null!;

    public LayerWeights[] Layers { get; private set; } = null!;

    /// <summary>Checks that every tensor is there in the right shape, and only then allocates and reads.</summary>
    public static ModelWeights Load(Checkpoint checkpoint, ModelConfiguration configuration)
    {
        TensorPlan plan = TensorPlan.Create(checkpoint, configuration);
        checkpoint.RejectUnused();
        var weights = new ModelWeights();
        try
        {
            weights.Fill(plan);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable block in _owned)
        {
            block.Dispose();
        }

        _owned.Clear();
    }

    private void Fill(TensorPlan plan)
    {
        Embedding = Matrix(plan.Embedding);
        Head = plan.Head is null ? Embedding : Matrix(plan.Head);
        FinalNorm = Vector(plan.FinalNorm);
        Layers = new LayerWeights[plan.Layers.Length];
        for (int i = 0; i < Layers.Length; i++)
        {
            LayerTensors layer = plan.Layers[i];
            Layers[i] = new LayerWeights
            {
                InputNorm = Vector(layer.InputNorm),
                Query = Matrix(layer.Query),
                Key = Matrix(layer.Key),
                Value = Matrix(layer.Value),
                Output = Matrix(layer.Output),
                FeedForwardNorm = Vector(layer.FeedForwardNorm),
                Gate = Matrix(layer.Gate),
                Up = Matrix(layer.Up),
                Down = Matrix(layer.Down),
                QueryBias = Optional(layer.QueryBias),
                KeyBias = Optional(layer.KeyBias),
                ValueBias = Optional(layer.ValueBias),
                OutputBias = Optional(layer.OutputBias),
                QueryNorm = Optional(layer.QueryNorm),
                KeyNorm = Optional(layer.KeyNorm),
            };
        }
    }

    private PackedMatrix Matrix(CheckpointTensor tensor)
    {
        PackedMatrix matrix = PackedMatrix.Load(tensor);
        _owned.Add(matrix);
        return matrix;
    }

    private NativeFloats? Optional(CheckpointTensor? tensor) => tensor is null ? null : Vector(tensor);

    private NativeFloats Vector(CheckpointTensor tensor)
    {
        var vector = new NativeFloats(tensor.Shape[0]);
        _owned.Add(vector);
        tensor.Read(0, new Span<float>(vector.Pointer, (int)vector.Count));
        return vector;
    }
}

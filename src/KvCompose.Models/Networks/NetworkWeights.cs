using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels;

namespace KvCompose.Models.Networks;

/// <summary>All weights of a network. Small vectors are floats; matrices stay as they are stored.</summary>
internal sealed unsafe class NetworkWeights : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly Checkpoint _checkpoint;
    private readonly NetworkDescription _description;
    private readonly TensorNames _names;

    private NetworkWeights(Checkpoint checkpoint, NetworkDescription description, TensorNames names)
        => (_checkpoint, _description, _names) = (checkpoint, description, names);

    public WeightMatrix Embedding { get; private set; } = null!;

    public WeightMatrix Head { get; private set; } = null!;

    public NormWeights FinalNorm { get; private set; } = null!;

    public LayerWeights[] Layers { get; private set; } = null!;

    /// <summary>The files, which must not change while they are mapped.</summary>
    public IReadOnlyList<MappedFile> Files => _checkpoint.Files;

    /// <summary>Bytes of memory beside the mapped files.</summary>
    public long OwnBytes { get; private set; }

    /// <summary>Checks that every tensor is there in the right shape, and only then allocates and reads. Closes the checkpoint if it fails.</summary>
    public static NetworkWeights Load(Checkpoint checkpoint, NetworkDescription description, TensorNames names)
    {
        var weights = new NetworkWeights(checkpoint, description, names);
        try
        {
            WeightPlan plan = WeightPlan.Create(checkpoint, description, names);
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
        _checkpoint.Dispose();
    }

    private void Fill(WeightPlan plan)
    {
        Embedding = Matrix(plan.Embedding);
        Head = plan.Head == plan.Embedding ? Embedding : Matrix(plan.Head);
        FinalNorm = Norm(plan.FinalNorm, _description.FinalNorm)!;
        Layers = new LayerWeights[plan.Layers.Length];
        for (int i = 0; i < Layers.Length; i++)
        {
            LayerPlan layer = plan.Layers[i];
            LayerDescription description = _description.Layers[i];
            Layers[i] = new LayerWeights
            {
                Query = Matrix(layer.Query),
                Key = Matrix(layer.Key),
                Value = Matrix(layer.Value),
                Output = Matrix(layer.Output),
                Gate = Matrix(layer.Gate),
                Up = Matrix(layer.Up),
                Down = Matrix(layer.Down),
                AttentionNorm = Norm(layer.AttentionNorm, description.AttentionNorm),
                AttentionOutputNorm = Norm(layer.AttentionOutputNorm, description.AttentionOutputNorm),
                FeedForwardNorm = Norm(layer.FeedForwardNorm, description.FeedForwardNorm),
                FeedForwardOutputNorm = Norm(layer.FeedForwardOutputNorm, description.FeedForwardOutputNorm),
                QueryNorm = Norm(layer.QueryNorm, description.Attention.QueryKeyNorm),
                KeyNorm = Norm(layer.KeyNorm, description.Attention.QueryKeyNorm),
                QueryBias = Vector(layer.QueryBias),
                KeyBias = Vector(layer.KeyBias),
                ValueBias = Vector(layer.ValueBias),
                OutputBias = Vector(layer.OutputBias),
                GateBias = Vector(layer.GateBias),
                UpBias = Vector(layer.UpBias),
                DownBias = Vector(layer.DownBias),
            };
        }
    }

    private WeightMatrix Matrix(TensorRows rows)
    {
        WeightMatrix matrix = WeightMatrix.Load(rows.Tensor, rows.First, rows.Count);
        _owned.Add(matrix);
        OwnBytes += matrix.OwnBytes;
        return matrix;
    }

    private NormWeights? Norm(NormPlan? plan, NormDescription? description)
    {
        if (plan is null || description is null)
        {
            return null;
        }

        var weights = new NativeFloats(plan.Weights.Sum(static tensor => tensor.Count));
        _owned.Add(weights);
        OwnBytes += weights.Count * sizeof(float);
        int at = 0;
        foreach (StoredTensor tensor in plan.Weights)
        {
            TensorNumbers.Read(tensor, new Span<float>(weights.Pointer + at, (int)tensor.Count));
            at += (int)tensor.Count;
        }

        for (int i = 0; i < weights.Count; i++)
        {
            weights.Pointer[i] += description.WeightOffset;
        }

        return new NormWeights(description, weights, plan.Bias is null ? null : Vector(new TensorRows(plan.Bias, 0, (int)plan.Bias.Count)));
    }

    private NativeFloats? Vector(TensorRows? rows)
    {
        if (rows is not { } part)
        {
            return null;
        }

        // A part of a longer vector: several projections may have their biases in one.
        var whole = new float[part.Tensor.Count];
        TensorNumbers.Read(part.Tensor, whole);
        var vector = new NativeFloats(part.Count);
        _owned.Add(vector);
        OwnBytes += vector.Count * sizeof(float);
        whole.AsSpan(part.First, part.Count).CopyTo(new Span<float>(vector.Pointer, part.Count));
        return vector;
    }
}

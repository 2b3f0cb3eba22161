using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels;

namespace KvCompose.Models.Networks;

/// <summary>All weights of a network. Small vectors are floats; matrices stay as they are stored.</summary>
internal sealed unsafe class NetworkWeights : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly HashSet<NativeFloats> _converted = [];
    private readonly Checkpoint _checkpoint;
    private readonly NetworkDescription _description;
    private readonly TensorNames _names;

    private NetworkWeights(Checkpoint checkpoint, NetworkDescription description, TensorNames names)
        => (_checkpoint, _description, _names) = (checkpoint, description, names);

    public WeightMatrix Embedding { get; private set; } = null!;

    public WeightMatrix Head { get; private set; } = null!;

    public NormWeights FinalNorm { get; private set; } = null!;

    /// <summary>The second embedding, and the projection of the first one, where layers get something of the token itself.</summary>
    public LayerInputWeights? LayerInput { get; private set; }

    /// <summary>The projection of the first embedding, by layer.</summary>
    public WeightMatrix[] LayerInputProjections { get; private set; } = [];

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
        if (plan.LayerInput is { } input)
        {
            int width = _description.PerLayerInput!.Width;
            LayerInput = Input(input, _description.PerLayerInput.Norm);
            LayerInputProjections = [.. plan.Layers.Select((_, layer) => Matrix(input.Projection with { First = layer * width, Count = width }))];
        }

        Layers = [.. plan.Layers.Select((layer, i) => Fill(layer, _description.Layers[i]))];
    }

    private LayerWeights Fill(LayerPlan layer, LayerDescription description) => new()
    {
        Query = Matrix(layer.Query),
        Key = Matrix(layer.Key),
        Value = Matrix(layer.Value),
        OutputGate = Matrix(layer.OutputGate),
        Output = Matrix(layer.Output),
        Gate = Matrix(layer.Gate),
        Up = Matrix(layer.Up),
        Down = Matrix(layer.Down),
        AttentionNorm = Norm(layer.AttentionNorm, description.AttentionNorm),
        AttentionOutputNorm = Norm(layer.AttentionOutputNorm, description.AttentionOutputNorm),
        FeedForwardNorm = Norm(layer.FeedForwardNorm, description.FeedForwardNorm),
        FeedForwardOutputNorm = Norm(layer.FeedForwardOutputNorm, description.FeedForwardOutputNorm),
        QueryNorm = Norm(layer.QueryNorm, description.Attention?.QueryKeyNorm),
        KeyNorm = Norm(layer.KeyNorm, description.Attention?.QueryKeyNorm),
        ValueNorm = description.Attention?.ValueNorm is { } norm ? Norm(new NormPlan([], null, description.Attention.HeadDim), norm) : null,
        QueryBias = Vector(layer.QueryBias),
        KeyBias = Vector(layer.KeyBias),
        ValueBias = Vector(layer.ValueBias),
        OutputBias = Vector(layer.OutputBias),
        GateBias = Vector(layer.GateBias),
        UpBias = Vector(layer.UpBias),
        DownBias = Vector(layer.DownBias),
        Sinks = Vector(layer.Sinks),
        OutputScale = Vector(layer.OutputScale) is { } scale ? *scale.Pointer : 1,
        Experts = layer.Experts is { } experts ? Fill(experts, description.Experts!) : null,
        Recurrent = layer.Recurrent is { } recurrent ? Fill(recurrent, description.Recurrent!) : null,
        LayerInput = Input(layer.LayerInput, _description.PerLayerInput?.Norm),
    };

    private ExpertWeights Fill(ExpertsPlan plan, ExpertsDescription description) => new()
    {
        Router = Matrix(plan.Router),
        RouterBias = Vector(plan.RouterBias),
        RouterNorm = RouterNorm(plan, description),
        SelectionBias = Vector(plan.SelectionBias),
        ExpertScale = Vector(plan.ExpertScale),
        Gate = [.. (plan.GateAndUp.Length > 0 ? plan.GateAndUp : plan.Gate).Select(Matrix)],
        Up = [.. plan.Up.Select(Matrix)],
        Down = [.. plan.Down.Select(Matrix)],
        GateBias = [.. plan.GateBias.Select(rows => Vector(rows))],
        UpBias = [.. plan.UpBias.Select(rows => Vector(rows))],
        DownBias = [.. plan.DownBias.Select(rows => Vector(rows))],
        SharedGate = Vector(plan.SharedGate),
        Norm = Norm(plan.Norm, description.Norm),
        OutputNorm = Norm(plan.OutputNorm, description.OutputNorm),
        DenseOutputNorm = Norm(plan.DenseOutputNorm, description.DenseOutputNorm),
    };

    /// <summary>The norm of a router's own input, with its scale and 1 / √D as weights.</summary>
    private NormWeights? RouterNorm(ExpertsPlan plan, ExpertsDescription description)
    {
        if (description.Router.InputNorm is not { } norm || Vector(plan.RouterScale) is not { } scale)
        {
            return null;
        }

        RowKernels.Scale(scale.Pointer, 1 / MathF.Sqrt(scale.Count), (nint)scale.Count);
        return new NormWeights(norm, scale, null);
    }

    private RecurrentWeights Fill(RecurrentPlan plan, RecurrentDescription description)
    {
        NormDescription? norm = (description as RecurrentDescription.GatedDelta)?.Norm ?? (description as RecurrentDescription.Mamba2)?.Norm;
        return new RecurrentWeights
        {
            Inputs = [.. plan.Inputs.Select(Matrix)],
            InputBias = Vector(plan.InputBias),
            Taps = Taps(plan.Convolution.Tensor, description),
            ConvolutionBias = Vector(plan.ConvolutionBias),
            Output = Matrix(plan.Output),
            OutputBias = Vector(plan.OutputBias),
            Decay = Decay(plan.Decay),
            StepBias = Vector(plan.StepBias),
            Skip = Vector(plan.Skip),
            Norm = Norm(plan.Norm, norm),
        };
    }

    /// <summary>Filters [channels, K] as [K, channels]: a token is multiplied with one row.</summary>
    private NativeFloats Taps(StoredTensor tensor, RecurrentDescription description)
    {
        var filters = new float[tensor.Count];
        TensorNumbers.Read(tensor, filters);
        NativeFloats taps = Own(filters.Length);
        for (int i = 0; i < filters.Length; i++)
        {
            taps.Pointer[(i % description.Kernel * description.Channels) + (i / description.Kernel)] = filters[i];
        }

        return taps;
    }

    private NativeFloats? Decay(TensorRows? rows)
    {
        NativeFloats? decay = Vector(rows);
        for (int i = 0; i < decay?.Count && _names.DecaysAreLogarithms; i++)
        {
            decay.Pointer[i] = -MathF.Exp(decay.Pointer[i]);
        }

        return decay;
    }

    private LayerInputWeights? Input(LayerInputPlan? plan, NormDescription? norm)
        => plan is null ? null : new LayerInputWeights(Matrix(plan.Gate), Matrix(plan.Projection), Norm(plan.Norm, norm)!);

    private WeightMatrix? Matrix(TensorRows? rows) => rows is { } some ? Matrix(some) : null;

    private WeightMatrix Matrix(TensorRows rows)
    {
        StoredTensor tensor = rows.Converted?.Value ?? rows.Tensor;
        if (tensor.Own is { } own && _converted.Add(own))
        {
            _owned.Add(own);
            OwnBytes += own.Count * sizeof(float);
        }

        WeightMatrix matrix = WeightMatrix.Load(tensor, rows.First, rows.Count);
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

        NativeFloats weights = Own(plan.Unweighted + plan.Weights.Sum(static tensor => tensor.Count));
        new Span<float>(weights.Pointer, plan.Unweighted).Fill(1);
        int at = 0;
        foreach (StoredTensor tensor in plan.Weights)
        {
            TensorNumbers.Read(tensor, new Span<float>(weights.Pointer + at, (int)tensor.Count));
            at += (int)tensor.Count;
        }

        for (int i = 0; i < weights.Count && description.Weighted; i++)
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
        NativeFloats vector = Own(part.Count);
        whole.AsSpan(part.First, part.Count).CopyTo(new Span<float>(vector.Pointer, part.Count));
        return vector;
    }

    private NativeFloats Own(long floats)
    {
        var block = new NativeFloats(floats);
        _owned.Add(block);
        OwnBytes += floats * sizeof(float);
        return block;
    }
}

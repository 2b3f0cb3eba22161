using System.Numerics.Tensors;
using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;

namespace KvCompose.Models.Networks;

/// <summary>Feed-forward blocks, and mixtures of experts.</summary>
internal sealed unsafe partial class Network
{
    private int[] _chosen = [];
    private int[] _order = [];
    private int[] _starts = [];

    private void AddBlock(LayerWeights weights, LayerDescription description, float* hidden, int rows)
    {
        if (weights.Experts is not { } experts)
        {
            GateAndUp(weights, description.FeedForward!, Tiles(hidden, rows, weights.FeedForwardNorm), rows);
            AddFeedForward(weights, description, hidden, rows);
            return;
        }

        long floats = (long)rows * Width;
        float* input = Normalised(hidden, rows, weights.FeedForwardNorm, ScratchUse.Normalised);
        float* sum = _scratch.Of(ScratchUse.Sum, floats).Pointer;
        new Span<float>(sum, (int)floats).Clear();
        if (description.FeedForward is { } block)
        {
            GateAndUp(weights, block, Tiles(input, rows, Width), rows);
            var product = new MatrixProduct(Gated(block, rows));
            product.Add(weights.Down!, sum);
            product.Run(Workers);
            AddBias(sum, weights.DownBias, Width, rows);
            GateShared(experts, input, sum, rows);
        }

        float* weightOf = Route(description.Experts!, experts, hidden, input, rows);
        float* read = experts.Norm is null ? input : Normalised(hidden, rows, experts.Norm, ScratchUse.ExpertInput);
        float* mixed = _scratch.Of(ScratchUse.Mixed, floats).Pointer;
        new Span<float>(mixed, (int)floats).Clear();
        if (rows == 1 && ChosenExperts.CanRun(experts))
        {
            ChosenExperts.Run(Workers, description.Experts!, experts, read, Width, _chosen, weightOf, mixed, _scratch);
        }
        else
        {
            MixByExpert(description.Experts!, experts, read, weightOf, mixed, rows);
        }

        for (int row = 0; row < rows; row++)
        {
            experts.OutputNorm?.Apply(mixed + ((nint)row * Width), Width);
        }

        for (nint at = 0; at < (nint)floats; at += Width)
        {
            RowKernels.Add(sum + at, mixed + at, Width);
        }

        AddRows(sum, weights.FeedForwardOutputNorm, description.ResidualMultiplier, hidden, rows);
    }

    /// <summary>The gate of the shared expert, and the norm of the block beside experts.</summary>
    private void GateShared(ExpertWeights experts, float* input, float* output, int rows)
    {
        for (int row = 0; row < rows; row++, input += Width, output += Width)
        {
            if (experts.SharedGate is { } gate)
            {
                float logit = TensorPrimitives.Dot(new ReadOnlySpan<float>(input, Width), new ReadOnlySpan<float>(gate.Pointer, Width));
                RowKernels.Scale(output, 1 / (1 + MathF.Exp(-logit)), Width);
            }

            experts.DenseOutputNorm?.Apply(output, Width);
        }
    }

    /// <summary>Chooses experts for every row. Returns their weights, [rows, k]; the experts are in <see cref="_chosen"/>.</summary>
    private float* Route(ExpertsDescription description, ExpertWeights experts, float* hidden, float* input, int rows)
    {
        float* routed = experts.RouterNorm is null ? input : Normalised(hidden, rows, experts.RouterNorm, ScratchUse.Routed);
        float* logits = _scratch.Of(ScratchUse.RouterLogits, (long)rows * description.Count).Pointer;
        float* weights = _scratch.Of(ScratchUse.ExpertWeights, 2L * rows * description.Chosen).Pointer;
        var product = new MatrixProduct(Tiles(routed, rows, Width));
        product.Add(experts.Router, logits);
        product.Run(Workers);
        AddBias(logits, experts.RouterBias, description.Count, rows);
        _chosen = _chosen.Length < rows * description.Chosen ? new int[rows * description.Chosen] : _chosen;
        for (int row = 0; row < rows; row++)
        {
            ExpertRouter.Choose(
                description, new Span<float>(logits + ((nint)row * description.Count), description.Count),
                experts.SelectionBias, experts.ExpertScale, _chosen.AsSpan(row * description.Chosen, description.Chosen),
                new Span<float>(weights + ((nint)row * description.Chosen), description.Chosen));
        }

        return weights;
    }

    /// <summary>Rows sorted by expert: every expert multiplies all of its rows at once.</summary>
    private void MixByExpert(ExpertsDescription description, ExpertWeights experts, float* input, float* weights, float* mixed, int rows)
    {
        int pairs = rows * description.Chosen;
        SortByExpert(description.Count, pairs);
        float* factors = weights + pairs; // in the order of experts
        var rowOf = new int[pairs];
        for (int i = 0; i < pairs; i++)
        {
            rowOf[i] = _order[i] / description.Chosen;
            factors[i] = weights[_order[i]];
        }

        fixed (int* chosen = rowOf)
        {
            for (int expert = 0; expert < description.Count; expert++)
            {
                int start = _starts[expert], count = _starts[expert + 1] - start;
                if (count > 0)
                {
                    MixOne(description, experts, expert, input, chosen + start, factors + start, count, mixed);
                }
            }
        }
    }

    private void MixOne(
        ExpertsDescription description, ExpertWeights experts, int expert, float* input, int* rows, float* factors, int count, float* mixed)
    {
        int width = description.Width;
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(count, Width)), count, Width);
        RowPacking<ChosenRows>.Run(Workers, tiles, new ChosenRows(input, Width, rows, description.ScalesInput ? factors : null));
        bool apart = experts.Up.Length > 0;
        float* gate = _scratch.Gate((long)count * width * (apart ? 1 : 2)).Pointer;
        float* up = apart ? _scratch.Up((long)count * width).Pointer : null;
        var product = new MatrixProduct(tiles);
        product.Add(experts.Gate[expert], gate);
        if (apart)
        {
            product.Add(experts.Up[expert], up);
        }

        product.Run(Workers);
        if (description.Bias)
        {
            AddBias(gate, experts.GateBias[expert], apart ? width : 2 * width, count);
            AddBias(up, apart ? experts.UpBias[expert] : null, width, count);
        }

        var middle = new RowTiles(_scratch.Tiles(RowTiles.Floats(count, width)), count, width);
        RowPacking<ExpertMiddleRows>.Run(Workers, middle, new ExpertMiddleRows(gate, up, width, description.Activation));
        float* output = _scratch.Of(ScratchUse.ExpertOutput, (long)count * Width).Pointer;
        var down = new MatrixProduct(middle);
        down.Add(experts.Down[expert], output);
        down.Run(Workers);
        AddBias(output, description.Bias ? experts.DownBias[expert] : null, Width, count);
        for (int i = 0; i < count; i++)
        {
            RowKernels.AddScaled(
                mixed + ((nint)rows[i] * Width), output + ((nint)i * Width), description.ScalesInput ? 1 : factors[i], Width);
        }
    }

    /// <summary>Counts pairs of row and expert by expert, and lists them in that order.</summary>
    private void SortByExpert(int experts, int pairs)
    {
        _starts = _starts.Length == experts + 1 ? _starts : new int[experts + 1];
        _order = _order.Length < pairs ? new int[pairs] : _order;
        Array.Clear(_starts);
        for (int i = 0; i < pairs; i++)
        {
            _starts[_chosen[i] + 1]++;
        }

        for (int expert = 0; expert < experts; expert++)
        {
            _starts[expert + 1] += _starts[expert];
        }

        Span<int> next = experts <= 1024 ? stackalloc int[experts] : new int[experts];
        _starts.AsSpan(0, experts).CopyTo(next);
        for (int i = 0; i < pairs; i++)
        {
            _order[next[_chosen[i]]++] = i;
        }
    }

    private float* Normalised(float* hidden, int rows, NormWeights? norm, ScratchUse use)
    {
        float* target = _scratch.Of(use, (long)rows * Width).Pointer;
        for (int row = 0; row < rows; row++)
        {
            float* source = hidden + ((nint)row * Shape.Hidden), own = target + ((nint)row * Width);
            if (norm is null)
            {
                new ReadOnlySpan<float>(source, Width).CopyTo(new Span<float>(own, Width));
            }
            else
            {
                norm.Apply(source, norm.Statistics(source, Width), 0, own, Width);
            }
        }

        return target;
    }
}

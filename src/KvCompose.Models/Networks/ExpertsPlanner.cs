using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Finds the tensors of a mixture of experts: one tensor an expert and projection, or one of all experts, in either order of its extents.</summary>
internal sealed class ExpertsPlanner(TensorLookup tensors, ExpertsDescription experts, int hidden)
{
    private readonly Checkpoint _checkpoint = tensors.Checkpoint;

    public ExpertsPlan Create()
    {
        RouterDescription router = experts.Router;
        ExpertsPlan plan = Matrices() with
        {
            RouterBias = router.Bias ? tensors.Bias(LayerPart.Router, experts.Count) : null,
            SelectionBias = router.SelectionBias ? tensors.Vector(LayerPart.SelectionBias, experts.Count) : null,
            ExpertScale = router.ExpertScale ? tensors.Vector(LayerPart.ExpertScale, experts.Count) : null,
            RouterScale = router.InputNorm is null ? null : tensors.Vector(LayerPart.RouterScale, hidden),
            SharedGate = experts.SharedGate ? Row(LayerPart.SharedExpertGate) : null,
            Norm = Norm(LayerPart.ExpertNorm, experts.Norm),
            OutputNorm = Norm(LayerPart.ExpertOutputNorm, experts.OutputNorm),
            DenseOutputNorm = Norm(LayerPart.DenseOutputNorm, experts.DenseOutputNorm),
        };
        return experts.Bias ? WithBiases(plan) : plan;
    }

    private TensorRows Router => tensors.Matrix(LayerPart.Router, experts.Count, hidden);

    private ExpertsPlan Matrices()
    {
        string gate = tensors.Name(LayerPart.ExpertGate);
        if (_checkpoint.Contains(OfExpert(gate, 0) + ".weight"))
        {
            return gate.Contains(TensorNames.ExpertPlace, StringComparison.Ordinal) ? OneByOne() : new ExpertsPlan(Router, Slices(LayerPart.ExpertDown, hidden, experts.Width))
            {
                Gate = Slices(LayerPart.ExpertGate, experts.Width, hidden),
                Up = Slices(LayerPart.ExpertUp, experts.Width, hidden),
            };
        }

        TensorRows both = All(LayerPart.ExpertGateAndUp, 2 * experts.Width, hidden);
        TensorRows down = All(LayerPart.ExpertsDown, hidden, experts.Width);
        var plan = new ExpertsPlan(Router, Cut(down, hidden, 0, hidden));
        return experts.Interleaved ? plan with { GateAndUp = Cut(both, 2 * experts.Width, 0, 2 * experts.Width) } : plan with
        {
            Gate = Cut(both, 2 * experts.Width, 0, experts.Width),
            Up = Cut(both, 2 * experts.Width, experts.Width, experts.Width),
        };
    }

    private ExpertsPlan OneByOne()
    {
        string beyond = OfExpert(tensors.Name(LayerPart.ExpertGate), experts.Count) + ".weight";
        if (_checkpoint.Tensors.TryGetValue(beyond, out StoredTensor? more))
        {
            throw new CheckpointFormatException(more.File.Path, $"tensor '{beyond}' is there, the configuration makes it {experts.Count} experts");
        }

        TensorRows[] Each(LayerPart part, int rows, int columns) => [.. Enumerable.Range(0, experts.Count)
            .Select(expert => new TensorRows(_checkpoint.Require(OfExpert(tensors.Name(part), expert) + ".weight", rows, columns), 0, rows))];
        return new ExpertsPlan(Router, Each(LayerPart.ExpertDown, hidden, experts.Width))
        {
            Gate = Each(LayerPart.ExpertGate, experts.Width, hidden),
            Up = Each(LayerPart.ExpertUp, experts.Width, hidden),
        };
    }

    private ExpertsPlan WithBiases(ExpertsPlan plan)
    {
        TensorRows[] Biases(LayerPart part, int all, int first, int count)
        {
            string name = tensors.Name(part);
            StoredTensor tensor = _checkpoint.Require(
                _checkpoint.Contains(name + "_bias") ? name + "_bias" : name + ".bias", experts.Count, all);
            return [.. Enumerable.Range(0, experts.Count).Select(expert => new TensorRows(tensor, (expert * all) + first, count))];
        }

        int width = experts.Width;
        plan = plan with { DownBias = Biases(LayerPart.ExpertsDown, hidden, 0, hidden) };
        return plan.GateAndUp.Length > 0
            ? plan with { GateBias = Biases(LayerPart.ExpertGateAndUp, 2 * width, 0, 2 * width) }
            : plan with { GateBias = Biases(LayerPart.ExpertGate, width, 0, width), UpBias = Biases(LayerPart.ExpertUp, width, 0, width) };
    }

    /// <summary>The tensor of all experts, [experts, rows, columns], in whatever form the file has it.</summary>
    private TensorRows All(LayerPart part, int rows, int columns)
    {
        string name = tensors.Name(part);
        if (_checkpoint.Contains(name + "_blocks"))
        {
            if (columns % 32 != 0)
            {
                throw _checkpoint.Wrong(name + "_blocks", $"holds blocks of 32 numbers, the configuration makes its rows {columns} long");
            }

            StoredTensor blocks = _checkpoint.RequireBytes(name + "_blocks", experts.Count, rows, columns / 32, 16);
            StoredTensor scales = _checkpoint.RequireBytes(name + "_scales", experts.Count, rows, columns / 32);
            return new TensorRows(blocks, 0, rows) { Converted = new Lazy<StoredTensor>(() => TensorCopies.JoinedMxfp4(blocks, scales)) };
        }

        name = tensors.Weight(name);
        if (!tensors.TransposedExperts)
        {
            return new TensorRows(_checkpoint.Require(name, experts.Count, rows, columns), 0, rows);
        }

        StoredTensor turned = _checkpoint.Require(name, experts.Count, columns, rows);
        return new TensorRows(turned, 0, rows) { Converted = new Lazy<StoredTensor>(() => TensorCopies.Transposed(turned)) };
    }

    private TensorRows[] Slices(LayerPart part, int rows, int columns)
        => Cut(new TensorRows(_checkpoint.Require(tensors.Name(part) + ".weight", experts.Count, rows, columns), 0, rows), rows, 0, rows);

    private TensorRows[] Cut(TensorRows all, int rows, int first, int count)
        => [.. Enumerable.Range(0, experts.Count).Select(expert => all with { First = (expert * rows) + first, Count = count })];

    private TensorRows Row(LayerPart part) => new(_checkpoint.RequireCount(tensors.Weight(tensors.Name(part)), hidden), 0, hidden);

    private NormPlan? Norm(LayerPart part, NormDescription? norm) => norm is null ? null : tensors.Norm(part, norm, hidden);

    private static string OfExpert(string name, int expert) => name.Replace(TensorNames.ExpertPlace, $"{expert}", StringComparison.Ordinal);
}

using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Finds the tensors of one layer.</summary>
internal sealed class LayerPlanner(Checkpoint checkpoint, TensorNames names, int layer, LayerDescription description, NetworkDescription network)
{
    private readonly TensorLookup _tensors = new(checkpoint, names, layer, description);
    private readonly int _hidden = network.Hidden;

    public LayerPlan Create()
    {
        var plan = new LayerPlan
        {
            AttentionNorm = Norm(LayerPart.AttentionNorm, description.AttentionNorm),
            AttentionOutputNorm = Norm(LayerPart.AttentionOutputNorm, description.AttentionOutputNorm),
            FeedForwardNorm = Norm(LayerPart.FeedForwardNorm, description.FeedForwardNorm),
            FeedForwardOutputNorm = Norm(LayerPart.FeedForwardOutputNorm, description.FeedForwardOutputNorm),
            OutputScale = description.OutputScale ? _tensors.Vector(LayerPart.OutputScale, 1) : null,
            Experts = description.Experts is { } experts ? new ExpertsPlanner(_tensors, experts, _hidden).Create() : null,
            Recurrent = description.Recurrent is { } recurrent ? new RecurrentPlanner(_tensors, recurrent, _hidden).Create() : null,
            LayerInput = network.PerLayerInput is not { } input ? null : new LayerInputPlan(
                _tensors.Matrix(LayerPart.LayerInputGate, input.Width, _hidden),
                _tensors.Matrix(LayerPart.LayerInputProjection, _hidden, input.Width),
                Norm(LayerPart.LayerInputNorm, input.Norm)!),
        };
        plan = description.Attention is { } attention ? WithAttention(plan, attention) : plan;
        return description.FeedForward is { } block ? WithFeedForward(plan, block) : plan;
    }

    public static NormPlan Norm(Checkpoint checkpoint, string name, NormDescription norm, int width) => norm.Weighted
        ? new NormPlan([checkpoint.Require(name + ".weight", width)], norm.Bias ? checkpoint.Require(name + ".bias", width) : null)
        : new NormPlan([], null, width);

    private LayerPlan WithAttention(LayerPlan plan, AttentionDescription attention)
    {
        int queries = attention.QueryHeads * attention.HeadDim;
        int keys = attention.ReadsLayer is null ? attention.KeyValueHeads * attention.HeadDim : 0;
        (string query, string key, string value) = (Name(LayerPart.Query), Name(LayerPart.Key), Name(LayerPart.Value));
        string input = Name(LayerPart.Input);
        bool fused = !checkpoint.Contains(query + ".weight") && checkpoint.Contains(input + ".weight") && keys > 0;
        bool hasBias = attention.InputBias;
        int inputs = queries + (2 * keys);
        TensorRows Input(string own, int first, int rows) => fused ? Matrix(input, inputs, _hidden, first, rows) : Matrix(own, rows, _hidden, 0, rows);
        TensorRows? InputBias(string own, int first, int rows)
            => !hasBias || rows == 0 ? null : fused ? Bias(input, inputs, first, rows) : Bias(own, rows, 0, rows);

        plan = plan with
        {
            Output = Matrix(Name(LayerPart.Output), _hidden, queries, 0, _hidden),
            Sinks = attention.Sinks ? _tensors.Vector(LayerPart.Sinks, attention.QueryHeads) : null,
            QueryNorm = HeadNorm(LayerPart.QueryNorm, attention, attention.QueryHeads),
            QueryBias = InputBias(query, 0, queries),
            OutputBias = attention.OutputBias ? Bias(Name(LayerPart.Output), _hidden, 0, _hidden) : null,
        };
        plan = attention.OutputGate ? WithGatedQuery(plan, attention, query) : plan with { Query = Input(query, 0, queries) };
        return keys == 0 ? plan : plan with
        {
            Key = Input(key, queries, keys),
            Value = attention.ValuesAreKeys ? null : Input(value, queries + keys, keys),
            KeyNorm = HeadNorm(LayerPart.KeyNorm, attention, attention.KeyValueHeads),
            KeyBias = InputBias(key, queries, keys),
            ValueBias = attention.ValuesAreKeys ? null : InputBias(value, queries + keys, keys),
        };
    }

    /// <summary>The projection of a head's query stands before that of its gate, head after head.</summary>
    private LayerPlan WithGatedQuery(LayerPlan plan, AttentionDescription attention, string query)
    {
        int heads = attention.QueryHeads, d = attention.HeadDim, rows = heads * d;
        StoredTensor both = checkpoint.Require(query + ".weight", 2 * rows, _hidden);
        int[] order = [.. Enumerable.Range(0, 2).SelectMany(which => Enumerable.Range(0, rows).Select(row => (((2 * (row / d)) + which) * d) + (row % d)))];
        var apart = new Lazy<StoredTensor>(() => TensorCopies.Reordered(both, order));
        return plan with
        {
            Query = new TensorRows(both, 0, rows) { Converted = apart },
            OutputGate = new TensorRows(both, rows, rows) { Converted = apart },
        };
    }

    private LayerPlan WithFeedForward(LayerPlan plan, FeedForwardDescription block)
    {
        bool shared = description.Experts is { DenseIsShared: true };
        int width = block.Width;
        string gate = Name(shared ? LayerPart.SharedGate : LayerPart.Gate), up = Name(shared ? LayerPart.SharedUp : LayerPart.Up);
        string down = Name(shared ? LayerPart.SharedDown : LayerPart.Down), both = Name(LayerPart.GateAndUp);
        bool fused = !checkpoint.Contains(gate + ".weight") && checkpoint.Contains(both + ".weight");
        TensorRows Gate(string own, int first) => fused ? Matrix(both, 2 * width, _hidden, first, width) : Matrix(own, width, _hidden, 0, width);
        TensorRows? GateBias(string own, int first)
            => !block.Bias ? null : fused ? Bias(both, 2 * width, first, width) : Bias(own, width, 0, width);
        return plan with
        {
            Gate = Gate(gate, 0),
            Up = Gate(up, width),
            Down = Matrix(down, _hidden, width, 0, _hidden),
            GateBias = GateBias(gate, 0),
            UpBias = GateBias(up, width),
            DownBias = block.Bias ? Bias(down, _hidden, 0, _hidden) : null,
        };
    }

    private NormPlan? Norm(LayerPart part, NormDescription? norm) => norm is null ? null : Norm(checkpoint, Name(part), norm, _hidden);

    private NormPlan? HeadNorm(LayerPart part, AttentionDescription attention, int heads)
    {
        if (attention.QueryKeyNorm is not { } norm)
        {
            return null;
        }

        string name = Name(part);
        switch (attention.QueryKeyNormScope)
        {
            case HeadNormScope.SharedByHeads:
                return Norm(checkpoint, name, norm, attention.HeadDim);
            case HeadNormScope.AllHeads:
                return Norm(checkpoint, name, norm, heads * attention.HeadDim);
            default:
                return !checkpoint.Contains(name + ".weight") && names.OfHead(layer, part, 0) is not null
                    ? new NormPlan(
                        [.. Enumerable.Range(0, heads).Select(head => checkpoint.Require(names.OfHead(layer, part, head) + ".weight", attention.HeadDim))],
                        null)
                    : new NormPlan([checkpoint.Require(name + ".weight", heads, attention.HeadDim)], null);
        }
    }

    private string Name(LayerPart part) => names.Of(layer, part, description);

    private TensorRows Matrix(string name, int rows, int columns, int first, int count)
        => new(checkpoint.Require(name + ".weight", rows, columns), first, count);

    private TensorRows Bias(string name, int length, int first, int count) => new(checkpoint.Require(name + ".bias", length), first, count);
}

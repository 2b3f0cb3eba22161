using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Finds the tensors of one layer.</summary>
internal sealed class LayerPlanner(Checkpoint checkpoint, TensorNames names, int layer, LayerDescription description, int hidden)
{
    private readonly AttentionDescription _attention = description.Attention;

    private int Queries => _attention.QueryHeads * _attention.HeadDim;

    private int Keys => _attention.KeyValueHeads * _attention.HeadDim;

    public LayerPlan Create()
    {
        NormPlan? attentionNorm = Norm(LayerPart.AttentionNorm, description.AttentionNorm);
        int width = description.FeedForward.Width;
        (string query, string key, string value) = (Name(LayerPart.Query), Name(LayerPart.Key), Name(LayerPart.Value));
        (string gate, string up) = (Name(LayerPart.Gate), Name(LayerPart.Up));
        string input = Name(LayerPart.Input), both = Name(LayerPart.GateAndUp);
        bool fusedInput = !checkpoint.Contains(query + ".weight") && checkpoint.Contains(input + ".weight");
        bool fusedGate = !checkpoint.Contains(gate + ".weight") && checkpoint.Contains(both + ".weight");
        int inputs = Queries + (2 * Keys);
        bool inputBias = _attention.InputBias, gateBias = description.FeedForward.Bias;
        TensorRows Input(string own, int first, int rows) => fusedInput ? Matrix(input, inputs, hidden, first, rows) : Matrix(own, rows, hidden, 0, rows);
        TensorRows Gate(string own, int first) => fusedGate ? Matrix(both, 2 * width, hidden, first, width) : Matrix(own, width, hidden, 0, width);
        TensorRows? InputBias(string own, int first, int rows)
            => !inputBias ? null : fusedInput ? Bias(input, inputs, first, rows) : Bias(own, rows, 0, rows);
        TensorRows? GateBias(string own, int first)
            => !gateBias ? null : fusedGate ? Bias(both, 2 * width, first, width) : Bias(own, width, 0, width);

        return new LayerPlan(
            Input(query, 0, Queries), Input(key, Queries, Keys), Input(value, Queries + Keys, Keys),
            Matrix(Name(LayerPart.Output), hidden, Queries, 0, hidden), Gate(gate, 0), Gate(up, width),
            Matrix(Name(LayerPart.Down), hidden, width, 0, hidden))
        {
            AttentionNorm = attentionNorm,
            AttentionOutputNorm = Norm(LayerPart.AttentionOutputNorm, description.AttentionOutputNorm),
            FeedForwardNorm = Norm(LayerPart.FeedForwardNorm, description.FeedForwardNorm),
            FeedForwardOutputNorm = Norm(LayerPart.FeedForwardOutputNorm, description.FeedForwardOutputNorm),
            QueryNorm = HeadNorm(LayerPart.QueryNorm, _attention.QueryHeads),
            KeyNorm = HeadNorm(LayerPart.KeyNorm, _attention.KeyValueHeads),
            QueryBias = InputBias(query, 0, Queries),
            KeyBias = InputBias(key, Queries, Keys),
            ValueBias = InputBias(value, Queries + Keys, Keys),
            OutputBias = _attention.OutputBias ? Bias(Name(LayerPart.Output), hidden, 0, hidden) : null,
            GateBias = GateBias(gate, 0),
            UpBias = GateBias(up, width),
            DownBias = gateBias ? Bias(Name(LayerPart.Down), hidden, 0, hidden) : null,
        };
    }

    public static NormPlan Norm(Checkpoint checkpoint, string name, NormDescription norm, int width) => new(
        [checkpoint.Require(name + ".weight", width)], norm.Bias ? checkpoint.Require(name + ".bias", width) : null);

    private NormPlan? Norm(LayerPart part, NormDescription? norm) => norm is null ? null : Norm(checkpoint, Name(part), norm, hidden);

    private NormPlan? HeadNorm(LayerPart part, int heads)
    {
        if (_attention.QueryKeyNorm is not { } norm)
        {
            return null;
        }

        string name = Name(part);
        switch (_attention.QueryKeyNormScope)
        {
            case HeadNormScope.SharedByHeads:
                return Norm(checkpoint, name, norm, _attention.HeadDim);
            case HeadNormScope.AllHeads:
                return Norm(checkpoint, name, norm, heads * _attention.HeadDim);
            default:
                return !checkpoint.Contains(name + ".weight") && names.OfHead(layer, part, 0) is not null
                    ? new NormPlan(
                        [.. Enumerable.Range(0, heads).Select(head => checkpoint.Require(names.OfHead(layer, part, head) + ".weight", _attention.HeadDim))],
                        null)
                    : new NormPlan([checkpoint.Require(name + ".weight", heads, _attention.HeadDim)], null);
        }
    }

    private string Name(LayerPart part) => names.Of(layer, part, description);

    private TensorRows Matrix(string name, int rows, int columns, int first, int count)
        => new(checkpoint.Require(name + ".weight", rows, columns), first, count);

    private TensorRows Bias(string name, int length, int first, int count) => new(checkpoint.Require(name + ".bias", length), first, count);
}

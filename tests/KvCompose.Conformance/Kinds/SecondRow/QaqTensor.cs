using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Qaq;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>
/// A cache [L, B, H, n, d] and its groups in the order of the file: batch, token, then layer and head as far as the level has them.
/// </summary>
internal sealed class QaqTensor
{
    private readonly double[] _x;
    private readonly Tensor? _attention;
    private readonly int _layers, _batch, _heads, _tokens, _channels, _layerGroups, _headGroups;

    public QaqTensor(JsonElement @case, QaqLevel level)
    {
        (_layers, _batch, _heads) = (@case.Int("layers"), @case.Int("batch"), @case.Int("heads"));
        (_tokens, _channels) = (@case.Int("n"), @case.Int("head_dim"));
        _x = @case.Tensor("x").MustBe("x", _layers, _batch, _heads, _tokens, _channels).Doubles();
        _attention = @case.Optional("attention_last_rows") is null ? null : @case.Tensor("attention_last_rows");
        (_layerGroups, _headGroups) = (level >= QaqLevel.Layer ? _layers : 1, level == QaqLevel.Head ? _heads : 1);
    }

    /// <summary>Flat indices of a group's elements.</summary>
    public int[] Indices(int group)
    {
        (int batch, int token, IEnumerable<int> layers, IEnumerable<int> heads) = Place(group);
        return [.. layers.SelectMany(layer => heads.SelectMany(head => Enumerable.Range(0, _channels).Select(channel
            => (((layer * _batch + batch) * _heads + head) * _tokens + token) * _channels + channel)))];
    }

    public QaqResult[] Quantize(QaqSettings settings, QaqRule rule)
    {
        var quantizer = new QaqQuantizer(settings, rule);
        return [.. Enumerable.Range(0, _batch * _tokens * _layerGroups * _headGroups).Select(group => quantizer.Quantize(
            [.. Indices(group).Select(index => _x[index])], Place(group).Token, _tokens, Attention(group)))];
    }

    private double Attention(int group)
    {
        if (_attention is null)
        {
            return 0;
        }

        (int batch, int token, IEnumerable<int> layers, IEnumerable<int> heads) = Place(group);
        return layers.Max(layer => heads.Max(head => Enumerable.Range(0,
            _attention.Shape[3]).Max(row => _attention.Slice(layer, batch, head, row)[token])));
    }

    private (int Batch, int Token, IEnumerable<int> Layers, IEnumerable<int> Heads) Place(int group)
    {
        int head = group % _headGroups, layer = group / _headGroups % _layerGroups, token = group / _headGroups / _layerGroups % _tokens;
        return (
            group / _headGroups / _layerGroups / _tokens,
            token,
            _layerGroups == 1 ? Enumerable.Range(0, _layers) : [layer],
            _headGroups == 1 ? Enumerable.Range(0, _heads) : [head]);
    }
}

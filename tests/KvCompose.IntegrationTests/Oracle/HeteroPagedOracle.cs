using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>
/// As <see cref="HeteroOracle"/>, but volatile heads attend to what a session held of them when its last step attended: pages are followed, not foretold.
/// </summary>
internal sealed class HeteroPagedOracle(HeteroOracle hetero, HeadProfile profile, HeadLayout heads, KvSession session) : IPlainCache
{
    private readonly Dictionary<(int Layer, int Head), List<(float[] Key, float[] Value)>> _tokens = [];

    public void Store(int layer, float[] queries, float[] keys, float[] values)
    {
        hetero.Store(layer, queries, keys, values);
        foreach (int head in Volatile(layer))
        {
            _tokens[(layer, head)] = [.. Of(keys, head).Chunk(heads.HeadDim).Zip(Of(values, head).Chunk(heads.HeadDim))];
        }
    }

    public float[] Attend(int layer, float[] queries, float[] keys, float[] values)
    {
        float[] output = hetero.Attend(layer, queries, keys, values);
        int d = heads.HeadDim, group = heads.Group * d;
        foreach (int head in Volatile(layer))
        {
            _tokens[(layer, head)].Add((keys[(head * d)..((head + 1) * d)], values[(head * d)..((head + 1) * d)]));
            for (int member = head * group; member < (head + 1) * group; member += d)
            {
                Attended(queries[member..(member + d)], layer, head).CopyTo(output, member);
            }
        }

        return output;
    }

    private IEnumerable<int> Volatile(int layer)
        => Enumerable.Range(0, heads.KeyValueHeads).Where(head => profile.Classes[layer][head] == HeadClass.Volatile);

    private float[] Of(float[] rows, int head)
    {
        int length = rows.Length / heads.KeyValueHeads;
        return rows[(head * length)..((head + 1) * length)];
    }

    private float[] Attended(float[] query, int layer, int head)
    {
        int[] positions = session.Positions(layer, head);
        List<(float[] Key, float[] Value)> tokens = _tokens[(layer, head)];
        double[] scores = [.. positions.Select(position => query.Zip(tokens[position].Key, (q, k) => (double)q * k).Sum() / Math.Sqrt(heads.HeadDim))];
        double maximum = scores.Max(), sum = scores.Sum(score => Math.Exp(score - maximum));
        return [.. Enumerable.Range(0, heads.HeadDim).Select(i => (float)positions
            .Select((position, index) => Math.Exp(scores[index] - maximum) / sum * tokens[position].Value[i]).Sum())];
    }
}

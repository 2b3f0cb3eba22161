using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>KIVI as the cache of the plain transformer, behind a selection or without one: what is kept is quantised page by page.</summary>
internal sealed class KiviOracle(HeadLayout heads, int pageTokens, int bits, IPlainSelector? selector = null) : IPlainSelector, IPlainCache
{
    private readonly Dictionary<(int Layer, int Head), (List<float> Keys, List<float> Values)> _held = [];

    public void Store(int layer, float[] queries, float[] keys, float[] values)
    {
        int floats = keys.Length / heads.KeyValueHeads;
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            _held[(layer, head)] = ([.. keys[(head * floats)..((head + 1) * floats)]], [.. values[(head * floats)..((head + 1) * floats)]]);
        }
    }

    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
    {
        PlainChoice choice = selector?.Choose(layer, positions, queries, keys) ?? new PlainChoice(null, null);
        for (int head = 0; head < heads.KeyValueHeads && choice.Kept is not null; head++)
        {
            (List<float> ownKeys, List<float> ownValues) = _held[(layer, head)];
            int[] kept = [.. choice.Kept[head].Order()];
            _held[(layer, head)] = (Rows(ownKeys, kept), Rows(ownValues, kept));
        }

        return choice;
    }

    public float[] Attend(int layer, float[] queries, float[] keys, float[] values)
    {
        int d = heads.HeadDim;
        var output = new float[heads.QueryHeads * d];
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            (List<float> ownKeys, List<float> ownValues) = _held[(layer, head)];
            ownKeys.AddRange(keys.AsSpan(head * d, d));
            ownValues.AddRange(values.AsSpan(head * d, d));
            float[] readKeys = Kivi.Keys([.. ownKeys], d, pageTokens, bits), readValues = Kivi.Values([.. ownValues], d, pageTokens, bits);
            int tokens = readKeys.Length / d;
            for (int queryHead = head * heads.Group; queryHead < (head + 1) * heads.Group; queryHead++)
            {
                double[,] probabilities = WindowAttention.Probabilities(queries.AsSpan(queryHead * d, d), readKeys, 1, tokens, d);
                for (int i = 0; i < d; i++)
                {
                    output[(queryHead * d) + i] = (float)Enumerable.Range(0, tokens).Sum(token => probabilities[0, token] * readValues[(token * d) + i]);
                }
            }
        }

        return output;
    }

    private List<float> Rows(List<float> all, int[] rows) => [.. rows.SelectMany(row => all.GetRange(row * heads.HeadDim, heads.HeadDim))];
}

using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A storage that seals full pages as the cache of the plain transformer, after a selection or without one.</summary>
internal abstract class SealedPagesOracle(HeadLayout heads, IPlainSelector? selector) : IPlainSelector, IPlainCache
{
    private readonly Dictionary<(int Layer, int Head), (List<float> Keys, List<float> Values)> _held = [];

    /// <summary>The bound of scaled scores; 0 for none.</summary>
    public double SoftCap { get; init; }

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
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            if (choice.Kept is not null)
            {
                (List<float> ownKeys, List<float> ownValues) = _held[(layer, head)];
                int[] kept = [.. choice.Kept[head].Order()];
                _held[(layer, head)] = (Rows(ownKeys, kept), Rows(ownValues, kept));
            }

            int floats = positions.Length * heads.HeadDim * heads.Group;
            Kept(layer, head, queries.AsSpan(head * floats, floats), [.. _held[(layer, head)].Keys]);
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
            AttendHead(head, queries, Keys(layer, head, [.. ownKeys]), Values([.. ownValues]), output);
        }

        return output;
    }

    public float[][] AttendChunk(int layer, float[][] queries, float[][] keys, float[][] values)
    {
        int d = heads.HeadDim;
        float[][] output = [.. queries.Select(_ => new float[heads.QueryHeads * d])];
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            (List<float> ownKeys, List<float> ownValues) = _held[(layer, head)];
            List<float> readKeys = [.. Keys(layer, head, [.. ownKeys])], readValues = [.. Values([.. ownValues])];
            for (int row = 0; row < queries.Length; row++)
            {
                readKeys.AddRange(keys[row].AsSpan(head * d, d));
                readValues.AddRange(values[row].AsSpan(head * d, d));
                AttendHead(head, queries[row], [.. readKeys], [.. readValues], output[row]);
                ownKeys.AddRange(keys[row].AsSpan(head * d, d));
                ownValues.AddRange(values[row].AsSpan(head * d, d));
            }
        }

        return output;
    }

    private void AttendHead(int head, float[] queries, float[] keys, float[] values, float[] output)
    {
        int d = heads.HeadDim, tokens = keys.Length / d;
        for (int queryHead = head * heads.Group; queryHead < (head + 1) * heads.Group; queryHead++)
        {
            double[,] probabilities = WindowAttention.Probabilities(queries.AsSpan(queryHead * d, d), keys, 1, tokens, d, SoftCap);
            for (int i = 0; i < d; i++)
            {
                output[(queryHead * d) + i] = (float)Enumerable.Range(0, tokens).Sum(token => probabilities[0, token] * values[(token * d) + i]);
            }
        }
    }

    /// <summary>What the head keeps of the prompt: keys [tokens, d], and the queries of its group, [G, prompt, d].</summary>
    protected virtual void Kept(int layer, int head, ReadOnlySpan<float> queries, float[] keys)
    {
    }

    /// <summary>Keys [tokens, d] as a head reads them.</summary>
    protected abstract float[] Keys(int layer, int head, float[] keys);

    /// <summary>Values [tokens, d] as a head reads them.</summary>
    protected abstract float[] Values(float[] values);

    private List<float> Rows(List<float> all, int[] rows) => [.. rows.SelectMany(row => all.GetRange(row * heads.HeadDim, heads.HeadDim))];
}

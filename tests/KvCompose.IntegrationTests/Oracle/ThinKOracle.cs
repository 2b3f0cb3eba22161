using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>
/// ThinK as the cache of the plain transformer: keys of full pages lack the channels that the last rows' queries do not ask for. What is stored of full pages may
/// be halves.
/// </summary>
internal sealed class ThinKOracle(HeadLayout heads, int pageTokens, double ratio, int rows, IPlainSelector? selector = null, bool halves = false)
    : SealedPagesOracle(heads, selector)
{
    private readonly HeadLayout _heads = heads;
    private readonly Dictionary<(int Layer, int Head), int[]> _channels = [];

    /// <summary>The channels that a head's keys keep.</summary>
    public int[] Channels(int layer, int head) => _channels[(layer, head)];

    protected override void Kept(int layer, int head, ReadOnlySpan<float> queries, float[] keys)
    {
        int floats = queries.Length / _heads.Group, last = Math.Min(floats, rows * _heads.HeadDim);
        var observed = new List<float>();
        for (int member = 0; member < _heads.Group; member++)
        {
            observed.AddRange(queries.Slice(((member + 1) * floats) - last, last));
        }

        _channels[(layer, head)] = ThinK.Channels([.. observed], keys, _heads.HeadDim, ratio);
    }

    protected override float[] Keys(int layer, int head, float[] keys) => Stored(ThinK.Keys(keys, _heads.HeadDim, pageTokens, _channels[(layer, head)]));

    protected override float[] Values(float[] values) => Stored(values);

    private float[] Stored(float[] rows)
    {
        int ofFullPages = halves ? rows.Length / (_heads.HeadDim * pageTokens) * _heads.HeadDim * pageTokens : 0;
        return [.. rows[..ofFullPages].Select(static element => (float)(Half)element), .. rows[ofFullPages..]];
    }
}

using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Groups of query heads that look for similar things: noise of 0.6 of the query's spread around one query.</summary>
public static class HeadGroups
{
    private const double Noise = 0.6;
    private const ulong Stream = 9;

    /// <summary>Heads around the first queries of a data set, group by group.</summary>
    public static RetrievalData Around(RetrievalData data, int groups, int heads, int seed)
    {
        int d = data.HeadDim;
        double[] noise = GeneratedKeys.Gauss(unchecked((ulong)seed * 1000003UL + Stream), groups * heads * d);
        var queries = new float[noise.Length];
        for (int head = 0; head < groups * heads; head++)
        {
            float[] about = data.Query(head / heads);
            double spread = Math.Sqrt(about.Sum(value => (double)value * value) / d);
            for (int i = 0; i < d; i++)
            {
                queries[head * d + i] = (float)(about[i] + Noise * spread * noise[head * d + i]);
            }
        }

        return RetrievalData.From(data.Data with { Queries = queries }, d, groups * heads);
    }
}

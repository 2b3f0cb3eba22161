using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>The plain references as selectors of the plain transformer.</summary>
internal sealed class DelegateSelector(Func<int, int[], float[], float[], PlainChoice> choose) : IPlainSelector
{
    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys) => choose(layer, positions, queries, keys);

    public static DelegateSelector SnapKv(HeadLayout heads, WindowScoring scoring, Func<int, int> capacity)
        => new((_, positions, queries, keys) => new PlainChoice(
            Reference.SnapKv.Select(heads, LastRows(heads, queries, positions.Length, scoring.Window), keys, scoring, capacity(positions.Length)).Kept,
            null));

    public static DelegateSelector SinksAndRecent(HeadLayout heads, int sinks, int budget)
        => new((_, positions, _, _) => new PlainChoice(
            [.. Enumerable.Repeat<int[]>(
                positions.Length <= budget
                    ? [.. Enumerable.Range(0, positions.Length)]
                    : [.. Enumerable.Range(0, sinks), .. Enumerable.Range(positions.Length - budget + sinks, budget - sinks)],
                heads.KeyValueHeads)],
            null));

    /// <summary>Scores [Hkv][n − w] of the tokens before the window.</summary>
    public static double[][] WindowScores(HeadLayout heads, WindowScoring scoring, float[] queries, float[] keys, int tokens)
        => scoring.Scores(heads, LastRows(heads, queries, tokens, scoring.Window), keys);

    /// <summary>[Hq, w, d], the queries of the last rows.</summary>
    public static float[] LastRows(HeadLayout heads, float[] queries, int tokens, int window)
    {
        int d = heads.HeadDim, rows = Math.Min(window, tokens);
        var last = new List<float>();
        for (int head = 0; head < heads.QueryHeads; head++)
        {
            last.AddRange(queries.AsSpan(((head * tokens) + tokens - rows) * d, rows * d));
        }

        return [.. last];
    }
}

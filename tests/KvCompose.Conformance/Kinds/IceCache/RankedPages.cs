using System.Collections.Concurrent;
using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>One formation of pages over a data set, ranked in any way for its queries.</summary>
/// <param name="data">The data set.</param>
/// <param name="pages">Tokens of each page.</param>
public sealed class RankedPages(RetrievalData data, IReadOnlyList<int[]> pages)
{
    private readonly ConcurrentDictionary<string, int[][]> _orders = [];

    /// <summary>Pages of 16 tokens in the order of the prompt.</summary>
    public static RankedPages Contiguous(RetrievalData data)
        => new(data, [.. Enumerable.Range(0, data.Tokens).Chunk(16)]);

    /// <summary>The best pages of a query by a named digest, as many as fit into a budget of tokens.</summary>
    public HashSet<int> Select(string ranking, int query, int budget)
    {
        var tokens = new HashSet<int>();
        foreach (int page in _orders.GetOrAdd(ranking, Rank)[query])
        {
            if (tokens.Count + pages[page].Length > budget)
            {
                break;
            }

            tokens.UnionWith(pages[page]);
        }

        return tokens;
    }

    /// <summary>Pages of every query by a named digest, best first.</summary>
    private int[][] Rank(string ranking)
    {
        if (ranking == "max")
        {
            return [.. Enumerable.Range(0, data.Queries).Select(RankByBestMember)];
        }

        var digests = new IPageDigest[pages.Count];
        Parallel.For(0, pages.Count, page => digests[page] = Digest(ranking, PageKeys.Gather(data.Data.Keys, data.HeadDim, pages[page])));
        var orders = new int[data.Queries][];
        Parallel.For(0, data.Queries, query =>
        {
            float[] asked = data.Query(query);
            orders[query] = Ranking.Top([.. digests.Select(digest => digest.Score(asked))], digests.Length);
        });
        return orders;
    }

    private int[] RankByBestMember(int query)
    {
        var best = new double[pages.Count];
        for (int page = 0; page < best.Length; page++)
        {
            best[page] = double.NegativeInfinity;
            foreach (int token in pages[page])
            {
                best[page] = Math.Max(best[page], data.Scores(query)[token]);
            }
        }

        return Ranking.Top(best, best.Length);
    }

    private IPageDigest Digest(string ranking, float[] keys) => ranking switch
    {
        "mean" => new MeanDigest(keys, data.HeadDim),
        "quest" => new QuestDigest(keys, data.HeadDim),
        "arkvale" => new ArkValeDigest(keys, data.HeadDim),
        _ => throw new ArgumentOutOfRangeException(nameof(ranking), ranking, "no such ranking"),
    };
}

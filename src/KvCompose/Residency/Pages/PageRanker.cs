using System.ComponentModel;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Chooses the pages that the query heads of one group share. Rankings that look at keys look at few: those of the pages that
/// <see cref="PagePrefilter"/> lets through. Keeps its buffers between choices and allocates only when they grow; one choice at a time.
/// </summary>
/// <remarks>
/// Ranking of a group: <see cref="PageRanking.LogSumExp"/> by the sum over the heads of the share of the attention mass among the pages
/// looked at, <see cref="PageRanking.ArkVale"/> by the mean of the heads' scores, the others rank by rank, head after head. Ties go
/// to the lower page id. Pages are taken as long as the next one fits the budget.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PageRanker : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const int SpareRanks = 8;

    private readonly PagePrefilter _prefilter = new();
    private readonly PageScores _scores = new();
    private int[] _pages = [];
    private int[] _chosen = [];
    private bool[] _taken = [];
    private ulong[] _order = [];

    /// <summary>Inner products of the last choice, per query head: cell means, page means and keys.</summary>
    public int InnerProducts { get; private set; }

    /// <summary>Chooses pages.</summary>
    /// <param name="reader">The pages.</param>
    /// <param name="queries">[group, d], rotated.</param>
    /// <param name="group">Query heads.</param>
    /// <param name="budget">Tokens that the pages may hold together.</param>
    /// <param name="pages">Receives the pages, best first; <paramref name="budget"/> ids at most, and as many as there are.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ArgumentException"><paramref name="pages"/> is too short.</exception>
    public int Choose(in PageReader reader, float* queries, int group, int budget, Span<int> pages)
    {
        PageSnapshot snapshot = reader.Snapshot;
        InnerProducts = 0;
        if (pages.Length < Math.Min(budget, snapshot.Ids))
        {
            throw new ArgumentException($"room for {pages.Length} pages where {Math.Min(budget, snapshot.Ids)} may be chosen", nameof(pages));
        }

        if (snapshot.Tokens <= budget)
        {
            return snapshot.ListLive(pages);
        }

        if (budget <= 0)
        {
            return 0;
        }

        Reserve(snapshot.Ids, group);
        int count = Candidates(reader, queries, group, budget);
        _scores.Compute(reader, queries, group, _pages.AsSpan(0, count));
        return reader.Index.Settings.Ranking is PageRanking.LogSumExp or PageRanking.ArkVale
            ? TakeBySum(snapshot, group, count, budget, pages)
            : TakeByRank(snapshot, group, count, budget, pages);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        _prefilter.Dispose();
        _scores.Dispose();
    }

    private void Reserve(int ids, int group)
    {
        if (_order.Length < group * ids)
        {
            int length = ids + (ids / 4) + 16;
            _pages = GC.AllocateUninitializedArray<int>(length);
            _chosen = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _taken = new bool[length];
            _order = GC.AllocateUninitializedArray<ulong>(group * length);
        }
    }

    // The pages to score, ascending, left in _pages.
    private int Candidates(in PageReader reader, float* queries, int group, int budget)
    {
        PageSnapshot snapshot = reader.Snapshot;
        if (reader.Index.Settings.Ranking is not (PageRanking.LogSumExp or PageRanking.ExactMax))
        {
            return InnerProducts = snapshot.ListLive(_pages);
        }

        int count = _prefilter.Choose(reader, queries, group, budget, _pages);
        InnerProducts = _prefilter.InnerProducts;
        foreach (int page in _pages.AsSpan(0, count))
        {
            InnerProducts += snapshot.Counts[page];
        }

        return count;
    }

    private int TakeBySum(PageSnapshot snapshot, int group, int count, int budget, Span<int> pages)
    {
        float* sums = _scores.Of(0, count);
        for (int head = 1; head < group; head++)
        {
            float* scores = _scores.Of(head, count);
            for (int i = 0; i < count; i++)
            {
                sums[i] += scores[i];
            }
        }

        // Full pages would take this many; where the best are not full, a few more are ranked.
        int ranked = 0, most = Math.Min(count, budget), wanted = Math.Min(most, (budget / PageTokens) + SpareRanks);
        for (int taken = 0; ; wanted = Math.Min(most, 2 * wanted))
        {
            Rank(sums, count, wanted, _order);
            for (; ranked < wanted; ranked++)
            {
                int page = _pages[Ranked(ranked)];
                budget -= snapshot.Counts[page];
                if (budget < 0)
                {
                    return taken;
                }

                pages[taken++] = page;
            }

            if (wanted == most)
            {
                return taken;
            }
        }
    }

    // Rank 0 of every head, then rank 1, and so on, each page once.
    private int TakeByRank(PageSnapshot snapshot, int group, int count, int budget, Span<int> pages)
    {
        int ranked = Math.Min(count, budget);
        for (int head = 0; head < group; head++)
        {
            Rank(_scores.Of(head, count), count, ranked, _order.AsSpan(head * ranked));
        }

        int taken = 0;
        for (int rank = 0; rank < ranked * group; rank++)
        {
            int page = _pages[Ranked((rank % group * ranked) + (rank / group))];
            if (_taken[page])
            {
                continue;
            }

            budget -= snapshot.Counts[page];
            if (budget < 0)
            {
                break;
            }

            _taken[page] = true;
            pages[taken++] = page;
        }

        foreach (int page in pages[..taken])
        {
            _taken[page] = false;
        }

        return taken;
    }

    private int Ranked(int place) => (int)(uint)_order[place];

    // The best places in _pages by score descending, then ascending. As many of the best stay the same when more are ranked.
    private void Rank(float* scores, int count, int ranked, Span<ulong> order)
    {
        fixed (int* chosen = _chosen)
        {
            TokenRanking.Choose(scores, 0, count, ranked, chosen);
        }

        for (int i = 0; i < ranked; i++)
        {
            order[i] = ((ulong)~TokenRanking.Ordered(scores[_chosen[i]]) << 32) | (uint)_chosen[i];
        }

        order[..ranked].Sort();
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Retrieval;

/// <summary>
/// Chooses the pages that the query heads of one group share. Rankings that look at keys look at few: cells are ranked by
/// what their mean and spread promise, then the pages of the best cells, then the keys of the best pages. Keeps its buffers
/// between choices and allocates only when they grow; one choice at a time.
/// </summary>
/// <remarks>
/// Ranking of a group: <see cref="PageRanking.LogSumExp"/> by the sum over the heads of the share of the attention mass among the pages
/// looked at, <see cref="PageRanking.ArkVale"/> by the mean of the heads' scores, the others rank by rank, head after head. Ties go
/// to the lower page id. Pages are taken as long as the next one fits the budget.
/// </remarks>
public sealed unsafe class PageRanker : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const float Deviations = 2; // above the mean score of the keys: what a page with this spread may well hold

    private NativeFloats? _scores;
    private NativeFloats? _products;
    private int[] _candidates = [];
    private int[] _chosen = [];
    private int[] _union = [];
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
            return All(snapshot, pages);
        }

        if (budget <= 0)
        {
            return 0;
        }

        Reserve(snapshot, group);
        PageRanking ranking = reader.Index.Settings.Ranking;
        bool looksAtKeys = ranking is PageRanking.LogSumExp or PageRanking.ExactMax;
        int count = looksAtKeys ? Promising(reader, queries, group, budget) : Live(snapshot);
        Score(reader, queries, group, count);
        return ranking is PageRanking.LogSumExp or PageRanking.ArkVale
            ? TakeBySum(snapshot, group, count, budget, pages)
            : TakeByRank(snapshot, group, count, budget, pages);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        _scores?.Dispose();
        _products?.Dispose();
    }

    private static int All(PageSnapshot snapshot, Span<int> pages)
    {
        int count = 0;
        for (int page = 0; page < snapshot.Ids; page++)
        {
            if (snapshot.Counts[page] > 0)
            {
                pages[count++] = page;
            }
        }

        return count;
    }

    private void Reserve(PageSnapshot snapshot, int group)
    {
        int most = Math.Max(snapshot.Ids, snapshot.Cells);
        _scores = NativeFloats.AtLeast(_scores, (long)group * most);
        if (_candidates.Length < group * most)
        {
            int length = group * (most + (most / 4) + 16);
            _candidates = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _chosen = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _union = GC.AllocateUninitializedArray<int>(length);
            _order = GC.AllocateUninitializedArray<ulong>(length);
            _taken = new bool[length];
        }
    }

    private int Live(PageSnapshot snapshot)
    {
        int count = All(snapshot, _union);
        InnerProducts += count;
        return count;
    }

    // The pages whose keys are worth looking at, for any head of the group, ascending. Left in _union.
    private int Promising(in PageReader reader, float* queries, int group, int budget)
    {
        PageSnapshot snapshot = reader.Snapshot;
        PageIndexSettings settings = reader.Index.Settings;
        int wanted = settings.Prefilter * ((budget + PageTokens - 1) / PageTokens);
        int live = All(snapshot, _union);
        int products = 0;
        if (wanted > 0 && wanted < live)
        {
            int count = 0;
            for (int head = 0; head < group; head++)
            {
                float* query = queries + (head * reader.Index.HeadDim);
                float spread = Deviations * MathF.Sqrt(KeyMath.Dot(query, query, reader.Index.HeadDim) / reader.Index.HeadDim);
                int candidates = Candidates(reader, query, spread, wanted * settings.CellPrefilter, live, ref products);
                count = KeepBest(reader, query, spread, candidates, wanted, count);
                products += candidates;
            }

            live = count;
            _union.AsSpan(0, live).Sort();
            for (int i = 0; i < live; i++)
            {
                _taken[_union[i]] = false;
            }
        }

        for (int i = 0; i < live; i++)
        {
            products += group * snapshot.Counts[_union[i]];
        }

        InnerProducts = products / group;
        return live;
    }

    // The pages of the cells that promise most, left in _candidates: as many cells as hold the wanted number of pages on average.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Candidates(in PageReader reader, float* query, float spread, int wanted, int live, ref int products)
    {
        PageSnapshot snapshot = reader.Snapshot;
        int cells = 0;
        fixed (int* chosen = _chosen)
        {
            int used = UsedCells(snapshot);
            int wantedCells = (int)(((long)wanted * used / live) + 1);
            if (wanted == 0 || wantedCells >= used)
            {
                return All(snapshot, _candidates);
            }

            float* scores = _scores!.Pointer;
            for (int cell = 0; cell < snapshot.Cells; cell++)
            {
                scores[cell] = snapshot.CellFirst[cell] < 0
                    ? float.NegativeInfinity
                    : Promise(reader.Index, snapshot.CellDigests[cell], query, spread);
            }

            products += used;
            TokenRanking.Choose(scores, 0, snapshot.Cells, cells = wantedCells, chosen);
        }

        int count = 0;
        for (int i = 0; i < cells; i++)
        {
            for (int page = snapshot.CellFirst[_chosen[i]]; page >= 0; page = snapshot.Next[page])
            {
                _candidates[count++] = page;
            }
        }

        return count;
    }

    // Adds the most promising candidates to the union.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int KeepBest(in PageReader reader, float* query, float spread, int candidates, int wanted, int count)
    {
        float* scores = _scores!.Pointer;
        for (int i = 0; i < candidates; i++)
        {
            scores[i] = Promise(reader.Index, reader.Snapshot.Digests[_candidates[i]], query, spread);
        }

        wanted = Math.Min(wanted, candidates);
        fixed (int* chosen = _chosen)
        {
            TokenRanking.Choose(scores, 0, candidates, wanted, chosen);
        }

        for (int i = 0; i < wanted; i++)
        {
            int page = _candidates[_chosen[i]];
            if (!_taken[page])
            {
                _taken[page] = true;
                _union[count++] = page;
            }
        }

        return count;
    }

    private static int UsedCells(PageSnapshot snapshot)
    {
        int used = 0;
        for (int cell = 0; cell < snapshot.Cells; cell++)
        {
            used += snapshot.CellFirst[cell] >= 0 ? 1 : 0;
        }

        return used;
    }

    private static float Promise(PageIndex index, int block, float* query, float spread)
    {
        var digest = (float*)index.DigestBlocks.Address(block);
        return KeyMath.Dot(query, digest, index.HeadDim) + (spread * *index.Digests.Radius(digest));
    }

    // Scores [group][count] of the pages in _union.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(in PageReader reader, float* queries, int group, int count)
    {
        PageIndex index = reader.Index;
        float* scores = _scores!.Pointer;
        for (int head = 0; head < group; head++, scores += count)
        {
            float* query = queries + (head * index.HeadDim);
            if (index.Settings.Ranking is PageRanking.LogSumExp or PageRanking.ExactMax)
            {
                ScoreKeys(reader, query, count, scores);
                continue;
            }

            for (int i = 0; i < count; i++)
            {
                scores[i] = ScoreDigest(index, query, (float*)index.DigestBlocks.Address(reader.Snapshot.Digests[_union[i]]));
            }
        }
    }

    private static float ScoreDigest(PageIndex index, float* query, float* digest)
    {
        int headDim = index.HeadDim;
        float* box = index.Digests.Box(digest);
        return index.Settings.Ranking switch
        {
            PageRanking.Centroid => KeyMath.Dot(query, digest, headDim),
            PageRanking.Quest => KeyMath.LargestProduct(query, box, box + headDim, headDim),
            _ => KeyMath.Dot(query, box, headDim) + KeyMath.AbsoluteDot(query, box + headDim, headDim),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScoreKeys(in PageReader reader, float* query, int count, float* scores)
    {
        PageIndex index = reader.Index;
        HostPageLayout layout = index.Layout;
        _products = NativeFloats.AtLeast(_products, (long)count * PageTokens);
        float* products = _products.Pointer;
        Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < count; i++)
        {
            Vector512<float> page = layout.Scores(reader.Block(_union[i]), query);
            Vector512<float> valid = PageDigests.Valid(reader.Snapshot.Counts[_union[i]]);
            page = Vector512.ConditionalSelect(valid, page, Vector512.Create(float.NegativeInfinity));
            page.Store(products + (i * PageTokens));
            largest = Vector512.Max(largest, page);
        }

        if (index.Settings.Ranking == PageRanking.ExactMax)
        {
            for (int i = 0; i < count; i++)
            {
                scores[i] = Largest(Vector512.Load(products + (i * PageTokens)));
            }

            return;
        }

        var scale = Vector512.Create(VectorExponential.Log2E / MathF.Sqrt(index.HeadDim));
        var offset = Vector512.Create(Largest(largest));
        float total = 0;
        for (int i = 0; i < count; i++)
        {
            Vector512<float> weights = VectorExponential.PowerOfTwo((Vector512.Load(products + (i * PageTokens)) - offset) * scale);
            total += scores[i] = Vector512.Sum(weights);
        }

        for (int i = 0; i < count; i++)
        {
            scores[i] /= total;
        }
    }

    private static float Largest(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    private int TakeBySum(PageSnapshot snapshot, int group, int count, int budget, Span<int> pages)
    {
        float* sums = _scores!.Pointer;
        for (int head = 1; head < group; head++)
        {
            for (int i = 0; i < count; i++)
            {
                sums[i] += sums[(head * count) + i];
            }
        }

        int ranked = Rank(sums, count, budget, _order);
        int taken = 0;
        for (int i = 0; i < ranked; i++)
        {
            int page = _union[Ranked(i)];
            budget -= snapshot.Counts[page];
            if (budget < 0)
            {
                break;
            }

            pages[taken++] = page;
        }

        return taken;
    }

    // Rank 0 of every head, then rank 1, and so on, each page once.
    private int TakeByRank(PageSnapshot snapshot, int group, int count, int budget, Span<int> pages)
    {
        int ranked = Math.Min(count, budget);
        for (int head = 0; head < group; head++)
        {
            Rank(_scores!.Pointer + (head * count), count, budget, _order.AsSpan(head * ranked));
        }

        int taken = 0;
        for (int rank = 0; rank < ranked * group; rank++)
        {
            int page = _union[Ranked((rank % group * ranked) + (rank / group))];
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

    // Places in _union by score descending, then ascending; no more than the budget could take if every page held one token.
    private int Rank(float* scores, int count, int budget, Span<ulong> order)
    {
        int ranked = Math.Min(count, budget);
        fixed (int* chosen = _chosen)
        {
            TokenRanking.Choose(scores, 0, count, ranked, chosen);
        }

        for (int i = 0; i < ranked; i++)
        {
            order[i] = ((ulong)~TokenRanking.Ordered(scores[_chosen[i]]) << 32) | (uint)_chosen[i];
        }

        order[..ranked].Sort();
        return ranked;
    }
}

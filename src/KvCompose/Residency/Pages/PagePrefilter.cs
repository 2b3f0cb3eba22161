using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Finds the pages whose keys are worth looking at: cells are ranked by what their mean and spread promise, then the pages of the best cells; the heads
/// of a group choose for themselves among pages that any of them put forward. Keeps its buffers between calls.
/// </summary>
internal sealed unsafe class PagePrefilter : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const float Deviations = 2; // above the mean score of the keys: what a page with this spread may well hold

    private NativeFloats? _scores;
    private int[] _candidates = [];
    private int[] _chosen = [];
    private bool[] _taken = [];
    private nint[] _digests = []; // where they are

    /// <summary>Inner products of the last call, per query head: cell means and page means.</summary>
    public int InnerProducts { get; private set; }

    /// <summary>Lists promising pages, ascending.</summary>
    /// <param name="reader">The pages.</param>
    /// <param name="queries">[group, d].</param>
    /// <param name="group">Query heads.</param>
    /// <param name="budget">Tokens that will be chosen.</param>
    /// <param name="pages">Receives the pages; as long as there are live pages.</param>
    /// <returns>How many.</returns>
    public int Choose(in PageReader reader, float* queries, int group, int budget, Span<int> pages)
    {
        PageSnapshot snapshot = reader.Snapshot;
        PageIndexSettings settings = reader.Index.Settings;
        int wanted = settings.Prefilter * ((budget + PageTokens - 1) / PageTokens);
        InnerProducts = 0;
        if (wanted == 0 || wanted >= snapshot.LivePages)
        {
            return snapshot.ListLive(pages);
        }

        Reserve(snapshot, group);
        float* spreads = stackalloc float[group];
        for (int head = 0; head < group; head++)
        {
            float* query = queries + (head * reader.Index.HeadDim);
            spreads[head] = Deviations * MathF.Sqrt(KeyKernels.Dot(query, query, reader.Index.HeadDim) / reader.Index.HeadDim);
        }

        int candidates = Candidates(reader, queries, spreads, group, (long)wanted * settings.CellPrefilter);
        for (int i = 0; i < candidates; i++)
        {
            _digests[i] = (nint)reader.Index.DigestOf(snapshot.Pages[_candidates[i]]);
        }

        Promise(reader.Index, candidates, queries, spreads, group);
        int count = Union(_candidates, candidates, group, Math.Min(wanted, candidates), pages);
        return count;
    }

    public void Dispose() => _scores?.Dispose();

    private void Reserve(PageSnapshot snapshot, int group)
    {
        int most = Math.Max(snapshot.Ids, snapshot.Cells);
        _scores = NativeFloats.AtLeast(_scores, (long)group * Stride(most));
        if (_candidates.Length < most)
        {
            int length = most + (most / 4) + 16;
            _candidates = GC.AllocateUninitializedArray<int>(length);
            _chosen = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _taken = new bool[length];
            _digests = GC.AllocateUninitializedArray<nint>(length + RowProducts.Rows, pinned: true);
        }
    }

    // The pages of as many cells as hold the wanted number of pages on average; all pages where that is most of them.
    private int Candidates(in PageReader reader, float* queries, float* spreads, int group, long wanted)
    {
        PageSnapshot snapshot = reader.Snapshot;
        int cells = (int)Math.Min((wanted * snapshot.UsedCells / snapshot.LivePages) + 1, snapshot.UsedCells);
        if (wanted == 0 || 2 * cells >= snapshot.UsedCells)
        {
            return snapshot.ListLive(_candidates);
        }

        Span<int> used = stackalloc int[snapshot.UsedCells];
        for (int cell = 0, place = 0; cell < snapshot.Cells; cell++)
        {
            if (snapshot.CellEntries[cell].First >= 0)
            {
                _digests[place] = (nint)reader.Index.DigestOf(snapshot.CellEntries[cell]);
                used[place++] = cell;
            }
        }

        Promise(reader.Index, used.Length, queries, spreads, group);
        int chosen = Union(used, used.Length, group, cells, _candidates), count = 0;
        used = used[..chosen];
        _candidates.AsSpan(0, chosen).CopyTo(used);
        foreach (int cell in used)
        {
            for (int page = snapshot.FirstOf(cell); page >= 0; page = snapshot.NextOf(page))
            {
                _candidates[count++] = page;
            }
        }

        return count;
    }

    // Scores of every head: what the keys after each of the digests that were listed may give.
    private void Promise(PageIndex index, int items, float* queries, float* spreads, int group)
    {
        _digests.AsSpan(items, RowProducts.Rows - 1).Fill(_digests[items - 1]);
        fixed (nint* digests = _digests)
        {
            for (int first = 0; first < items; first += RowProducts.Rows)
            {
                Promise(index, (float**)(digests + first), queries, spreads, group, _scores!.Pointer + first, Stride(items));
            }
        }

        InnerProducts += items;
    }

    // Sixteen digests, one lane each. They are read once for two heads.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Promise(PageIndex index, float** digests, float* queries, float* spreads, int group, float* scores, int stride)
    {
        int headDim = index.HeadDim, head = 0;
        float* radii = stackalloc float[RowProducts.Rows];
        for (int row = 0; row < RowProducts.Rows; row++)
        {
            radii[row] = *index.Digests.Radius(digests[row]);
        }

        var spread = Vector512.Load(radii);
        for (; head + 1 < group; head += 2, queries += 2 * headDim, scores += 2 * stride)
        {
            (Vector512<float> first, Vector512<float> second) = RowProducts.Dot(digests, queries, queries + headDim, headDim);
            (first + (Vector512.Create(spreads[head]) * spread)).Store(scores);
            (second + (Vector512.Create(spreads[head + 1]) * spread)).Store(scores + stride);
        }

        if (head < group)
        {
            (RowProducts.Dot(digests, queries, headDim) + (Vector512.Create(spreads[head]) * spread)).Store(scores);
        }
    }

    // From the scores of one head to those of the next: whole vectors.
    private static int Stride(int items) => (items + RowProducts.Rows - 1) / RowProducts.Rows * RowProducts.Rows;

    // The best items of every head, each once, ascending.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Union(ReadOnlySpan<int> items, int count, int group, int wanted, Span<int> union)
    {
        int taken = 0;
        fixed (int* chosen = _chosen)
        {
            for (int head = 0; head < group; head++)
            {
                TokenRanking.Choose(_scores!.Pointer + ((nint)head * Stride(count)), 0, count, wanted, chosen);
                for (int i = 0; i < wanted; i++)
                {
                    if (!_taken[chosen[i]])
                    {
                        _taken[chosen[i]] = true;
                        taken++;
                    }
                }
            }
        }

        for (int i = 0, place = 0; place < taken; i++)
        {
            if (_taken[i])
            {
                _taken[i] = false;
                union[place++] = items[i];
            }
        }

        return taken;
    }
}

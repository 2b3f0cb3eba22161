using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Measures what a choice of pages misses: of the tokens with the largest q·k, as many as may be brought in, how many are in the chosen pages. Looks at
/// every key, so it costs more than the choice; one meter a thread.
/// </summary>
internal sealed unsafe class RecallMeter : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private NativeFloats? _scores;
    private int[] _best = [];
    private bool[] _chosen = [];

    /// <summary>Tokens that were looked for.</summary>
    public long Best { get; private set; }

    /// <summary>Tokens of those in chosen pages.</summary>
    public long Held { get; private set; }

    /// <summary>Counts for the queries of a group.</summary>
    /// <param name="reader">The pages.</param>
    /// <param name="layer">The layer's place among those that share them.</param>
    /// <param name="queries">[group, d].</param>
    /// <param name="group">Query heads.</param>
    /// <param name="budget">Tokens that may be brought in.</param>
    /// <param name="pages">The chosen pages.</param>
    public void Count(in PageReader reader, int layer, float* queries, int group, int budget, ReadOnlySpan<int> pages)
    {
        int places = reader.Ids * PageTokens, wanted = Math.Min(budget, reader.Tokens);
        _scores = NativeFloats.AtLeast(_scores, places);
        if (_best.Length < wanted)
        {
            _best = GC.AllocateUninitializedArray<int>(wanted, pinned: true);
        }

        if (_chosen.Length < reader.Ids)
        {
            _chosen = new bool[reader.Ids + (reader.Ids / 4)];
        }

        foreach (int page in pages)
        {
            _chosen[page] = true;
        }

        for (int head = 0; head < group; head++)
        {
            float* scores = _scores.Pointer;
            for (int page = 0; page < reader.Ids; page++)
            {
                reader.Scores(page, layer, queries + ((nint)head * reader.Index.HeadDim), scores + (page * PageTokens));
            }

            fixed (int* best = _best)
            {
                TokenRanking.Choose(scores, 0, places, wanted, best);
            }

            foreach (int place in _best.AsSpan(0, wanted))
            {
                Held += _chosen[place / PageTokens] ? 1 : 0;
            }

            Best += wanted;
        }

        foreach (int page in pages)
        {
            _chosen[page] = false;
        }
    }

    public void Dispose() => _scores?.Dispose();
}

using KvCompose.Benchmarks.Pipelines;
using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Conformance.Reading;
using KvCompose.Residency.Pages;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>icecache</c>. Mass: attention mass held by 12 pages at d = 128, mean over seeds that no vector uses.
/// Times: against layers that do nothing but attention, so that projections make no share smaller, at 8K tokens. The build in the embedded model's shape
/// (6 layers, 4 key-value heads of 32, groups of 2); insertion at d = 128 as the masses, and in the embedded model's shape too, where a step reads a
/// quarter of the bytes a head and an insertion does not cost a quarter.
/// </summary>
internal static class IceCacheFigures
{
    private const int MassHeadDim = 128;
    private const int Budget = 192;
    private const int Layers = 6, Heads = 4, HeadDim = 32, Depth = 8192;
    private static readonly int[] Seeds = [1001, 1002, 1003];

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        yield return ("mass8KClustered", Mass("clustered", 8192).Mass);
        (double clustered, double share) = Mass("clustered", 32_768);
        yield return ("mass32KClustered", clustered);
        yield return ("mass8KDrift", Mass("drift", 8192).Mass);
        yield return ("mass32KDrift", Mass("drift", 32_768).Mass);
        yield return ("keysScoredShare32K", share);
        yield return ("buildShareOfPrefill8K", BuildShare());
        yield return ("insertShare", InsertShare(PublishedShape, static model => Full128.Open(model)));
        yield return ("insertShareSmallHeads", InsertShare(Shape, static model => Full32.Open(model)));
        yield return ("fillAfter4096", FillAfter(4096));
    }

    private static (double Mass, double Scored) Mass(string family, int tokens)
    {
        (double Mass, double Scored)[] runs = [.. Seeds.Select(seed => Mass(family, tokens, seed))];
        return (runs.Average(run => run.Mass), runs.Average(run => run.Scored));
    }

    private static unsafe (double Mass, double Scored) Mass(string family, int tokens, int seed)
    {
        RetrievalData data = RetrievalData.Make(family, tokens, MassHeadDim, 48, seed);
        using var head = new IndexedHead(data.Data, MassHeadDim);
        using var builder = new PageIndexBuilder(MassHeadDim);
        using var workers = new WorkerPool();
        using var ranker = new PageRanker();
        head.Build(builder, tokens, workers);
        using PageReader reader = head.Index.Read();
        var pages = new int[reader.Ids];
        double mass = 0, scored = 0;
        for (int i = 0; i < data.Queries; i++)
        {
            fixed (float* query = data.Query(i))
            {
                int count = ranker.Choose(reader, query, 1, Budget, pages);
                scored += (double)ranker.InnerProducts / tokens;
                foreach (int page in pages.AsSpan(0, count))
                {
                    foreach (int token in reader.Positions(page))
                    {
                        mass += data.Probabilities(i)[token];
                    }
                }
            }
        }

        return (mass / data.Queries, scored / data.Queries);
    }

    /// <summary>Building the index of every head over the prefill that it follows.</summary>
    private static double BuildShare()
    {
        using var workers = new WorkerPool(2);
        using KvSession session = Full32.Open(new AttentionOnlyModel(Shape, workers));
        using var builder = new PageIndexBuilder(HeadDim);
        IndexedHead[] heads = AllHeads(Shape, Depth);
        var prompt = new int[Depth];
        double share = Timing.MedianRatio(
            () => Array.ForEach(heads, head => head.Build(builder, Depth, workers)), () => session.Prefill(prompt), rounds: 3);
        Array.ForEach(heads, head => head.Dispose());
        return share;
    }

    /// <summary>Taking 16 tokens into the index of every head over 16 decode steps of the full cache.</summary>
    private static double InsertShare(TransformerShape shape, Func<AttentionOnlyModel, KvSession> open)
    {
        const int rounds = 64, page = PageIndexSettings.PageTokens;
        using var workers = new WorkerPool(2);
        using KvSession session = open(new AttentionOnlyModel(shape, workers));
        session.FillRandom(Depth);
        using var builder = new PageIndexBuilder(shape.HeadDim);
        IndexedHead[] heads = AllHeads(shape, Depth + ((rounds + 1) * page));
        Array.ForEach(heads, head => head.Build(builder, Depth, workers));
        int next = Depth;
        int[] token = [1];
        double share = Timing.MedianRatio(
            () =>
            {
                var work = new InsertWork { Heads = heads, First = next };
                workers.Run(ref work, heads.Length);
                next += page;
            },
            () =>
            {
                for (int step = 0; step < page; step++)
                {
                    session.Step(token);
                }
            },
            rounds);
        Array.ForEach(heads, head => head.Dispose());
        return share;
    }

    /// <summary>The least fill of the pages of the three families when as many tokens were built as were inserted.</summary>
    private static double FillAfter(int inserted)
    {
        using var workers = new WorkerPool(2);
        using var builder = new PageIndexBuilder(MassHeadDim);
        double least = 1;
        foreach (string family in new[] { "clustered", "drift", "iso" })
        {
            using var head = new IndexedHead(GeneratedKeys.Make(family, 2 * inserted, MassHeadDim, 1, Seeds[0]), MassHeadDim);
            head.Build(builder, inserted, workers);
            for (int first = inserted; first < 2 * inserted; first += PageIndexSettings.PageTokens)
            {
                head.InsertPage(first);
            }

            least = Math.Min(least, head.Index.Fill);
        }

        return least;
    }

    private static TransformerShape Shape => new(Layers, 2 * Heads, Heads, HeadDim, 16, 16, Depth + 4096);

    // Two layers of a published model's: 8 key-value heads of 128 in groups of 4.
    private static TransformerShape PublishedShape => new(2, 32, 8, MassHeadDim, 16, 16, Depth + 4096);

    private static IndexedHead[] AllHeads(TransformerShape shape, int tokens) =>
    [
        .. Enumerable.Range(0, shape.Layers * shape.KeyValueHeads)
            .Select(i => new IndexedHead(GeneratedKeys.Make("drift", tokens, shape.HeadDim, 1, Seeds[0] + i), shape.HeadDim)),
    ];

    private struct InsertWork : IParallelWork
    {
        public IndexedHead[] Heads;
        public int First;

        public readonly void Run(int item, int worker) => Heads[item].InsertPage(First);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>Scores of pages for the query heads of a group, by their keys or by their digests. Keeps its buffers between calls.</summary>
internal sealed unsafe class PageScores : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private NativeFloats? _scores;
    private NativeFloats? _products;

    /// <summary>Scores of one head, [pages] of the last call.</summary>
    public float* Of(int head, int pages) => _scores!.Pointer + ((nint)head * pages);

    /// <summary>Scores pages; <see cref="Of"/> has the result.</summary>
    /// <param name="reader">The pages.</param>
    /// <param name="queries">[group, d].</param>
    /// <param name="group">Query heads.</param>
    /// <param name="pages">The pages to score.</param>
    public void Compute(in PageReader reader, float* queries, int group, ReadOnlySpan<int> pages)
    {
        PageIndex index = reader.Index;
        _scores = NativeFloats.AtLeast(_scores, (long)group * pages.Length);
        if (index.Settings.Ranking is PageRanking.LogSumExp or PageRanking.ExactMax)
        {
            _products = NativeFloats.AtLeast(_products, (long)group * pages.Length * PageTokens);
            Multiply(reader, queries, group, pages);
            for (int head = 0; head < group; head++)
            {
                Reduce(index, head, pages.Length);
            }

            return;
        }

        for (int head = 0; head < group; head++)
        {
            float* scores = Of(head, pages.Length), query = queries + (head * index.HeadDim);
            for (int i = 0; i < pages.Length; i++)
            {
                scores[i] = ScoreDigest(index, query, index.DigestOf(reader.Snapshot.Pages[pages[i]]));
            }
        }
    }

    public void Dispose()
    {
        _scores?.Dispose();
        _products?.Dispose();
    }

    private static float ScoreDigest(PageIndex index, float* query, float* digest)
    {
        int headDim = index.HeadDim;
        float* box = index.Digests.Box(digest);
        return index.Settings.Ranking switch
        {
            PageRanking.Centroid => KeyKernels.Dot(query, digest, headDim),
            PageRanking.Quest => KeyKernels.LargestProduct(query, box, box + headDim, headDim),
            _ => KeyKernels.Dot(query, box, headDim) + KeyKernels.AbsoluteDot(query, box + headDim, headDim),
        };
    }

    private static float Largest(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    // q·k of every key, [group][pages][16]; −∞ in places without a token. A page is read once for two heads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(in PageReader reader, float* queries, int group, ReadOnlySpan<int> pages)
    {
        HostPageLayout layout = reader.Index.Layout;
        int headDim = layout.HeadDim;
        nint stride = (nint)pages.Length * PageTokens;
        var none = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < pages.Length; i++)
        {
            byte* block = reader.Block(pages[i]);
            Vector512<float> valid = PageDigests.Valid(reader.Snapshot.Counts[pages[i]]);
            float* products = _products!.Pointer + (i * PageTokens), query = queries;
            int head = 0;
            for (; head + 1 < group; head += 2, query += 2 * headDim, products += 2 * stride)
            {
                (Vector512<float> first, Vector512<float> second) = layout.Scores(block, query, query + headDim);
                Vector512.ConditionalSelect(valid, first, none).Store(products);
                Vector512.ConditionalSelect(valid, second, none).Store(products + stride);
            }

            if (head < group)
            {
                Vector512.ConditionalSelect(valid, layout.Scores(block, query), none).Store(products);
            }
        }
    }

    // The largest product of every page, or its share of the attention mass of all pages that are looked at.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce(PageIndex index, int head, int pages)
    {
        float* scores = Of(head, pages), products = _products!.Pointer + ((nint)head * pages * PageTokens);
        if (index.Settings.Ranking == PageRanking.ExactMax)
        {
            for (int i = 0; i < pages; i++)
            {
                scores[i] = Largest(Vector512.Load(products + (i * PageTokens)));
            }

            return;
        }

        Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < pages; i++)
        {
            largest = Vector512.Max(largest, Vector512.Load(products + (i * PageTokens)));
        }

        var scale = Vector512.Create(VectorExponential.Log2E / MathF.Sqrt(index.HeadDim));
        var offset = Vector512.Create(Largest(largest));
        float total = 0;
        for (int i = 0; i < pages; i++)
        {
            Vector512<float> weights = VectorExponential.PowerOfTwo((Vector512.Load(products + (i * PageTokens)) - offset) * scale);
            total += scores[i] = Vector512.Sum(weights);
        }

        for (int i = 0; i < pages; i++)
        {
            scores[i] /= total;
        }
    }
}

extern alias simulator;

using System.Runtime.InteropServices;
using KvCompose.Cache;
using KvCompose.Reference.IceCache;
using KvCompose.Residency.Pages;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>
/// Indexes of several key-value heads over random keys, built by the processor, and their pages in device memory, scattered over a pool. Pages are not all full.
/// </summary>
internal sealed unsafe class HostPages : IDisposable
{
    private readonly int _headDim;
    private readonly PageIndex[] _indexes;
    private readonly int[][] _device; // by head and host page

    public HostPages(DeviceContext device, int headDim, int[] tokens, PageRanking ranking, Random random)
    {
        _headDim = headDim;
        Layout = new PageLayout(headDim, 16, 32, counted: true);
        _indexes = [.. tokens.Select(count => Index(headDim, count, ranking, random))];
        int pages = _indexes.Sum(index => index.Pages);
        int[] ids = [.. Enumerable.Range(0, pages)];
        random.Shuffle(ids);
        Pages = new DevicePages(device, Layout, pages);
        Candidates = new DevicePageTables(device, Layout, tokens.Length, pages);
        Ids = ids;
        _device = [.. _indexes.Select((index, head) => ids.AsSpan(_indexes.Take(head).Sum(other => other.Pages), index.Pages).ToArray())];

        // A list ascends by the host's page, which decides between equals; the device's ids do not.
        Candidates.Upload([.. _indexes.Select(index => 16 * index.Pages)], ids);
        foreach ((PageIndex index, int[] own) in _indexes.Zip(_device))
        {
            using PageReader reader = index.Read();
            for (int page = 0; page < own.Length; page++)
            {
                Pages.Upload(own[page], Bytes(reader, page));
            }
        }
    }

    public PageLayout Layout { get; }

    public int[] Ids { get; }

    public DevicePages Pages { get; }

    public DevicePageTables Candidates { get; }

    public int MostPages => _indexes.Max(index => index.Pages);

    /// <summary>Device ids of the pages that the processor chooses, best first; in any order where all fit.</summary>
    public (int[] Pages, bool Ordered) Choose(int head, float[] queries, int group, int budget)
    {
        using PageReader reader = _indexes[head].Read();
        using var ranker = new PageRanker();
        var pages = new int[reader.Ids];
        fixed (float* own = queries.AsSpan(head * group * _headDim))
        {
            int count = ranker.Choose(reader, own, group, budget, pages);
            return ([.. pages.Take(count).Select(page => _device[head][page])], reader.Tokens > budget);
        }
    }

    /// <summary>What is known of every page, in the order of device pages.</summary>
    public float[] Digests(PageRanking ranking)
    {
        int floats = ranking == PageRanking.Centroid ? _headDim : 2 * _headDim;
        var digests = new float[Ids.Length * floats];
        foreach ((PageIndex index, int[] own) in _indexes.Zip(_device))
        {
            using PageReader reader = index.Read();
            for (int page = 0; page < own.Length; page++)
            {
                Digest(ranking, Keys(reader, page)).CopyTo(digests, own[page] * floats);
            }
        }

        return digests;
    }

    public void Dispose()
    {
        Array.ForEach(_indexes, static index => index.Dispose());
        Pages.Dispose();
        Candidates.Dispose();
    }

    private static PageIndex Index(int headDim, int tokens, PageRanking ranking, Random random)
    {
        // Every page is scored, so that the choice has no other reason than the scores.
        var index = new PageIndex(headDim, new PageIndexSettings { Ranking = ranking, Prefilter = 0 });
        int tiles = (tokens + 15) / 16;
        float[] keys = PagedHeads.Uniform(random, tiles * 16 * headDim), values = PagedHeads.Uniform(random, tokens * headDim);
        int[] rows = [.. Enumerable.Range(0, tokens)];
        using var builder = new PageIndexBuilder(headDim);
        fixed (float* tile = keys, value = values)
        {
            builder.Build(index, new KeySource { KeyTiles = tile, Values = value, ValueStride = headDim, Rows = rows, Positions = rows });
        }

        return index;
    }

    private float[] Keys(PageReader reader, int page)
    {
        var keys = new float[reader.Count(page) * _headDim];
        for (int slot = 0; slot < reader.Count(page); slot++)
        {
            reader.CopyKey(page, slot, keys.AsSpan(slot * _headDim, _headDim));
        }

        return keys;
    }

    private float[] Digest(PageRanking ranking, float[] keys)
    {
        float[][] channels = [.. Enumerable.Range(0, _headDim).Select(channel => Enumerable.Range(0, keys.Length / _headDim).Select(row => keys[(row * _headDim) + channel]).ToArray())];
        if (ranking == PageRanking.Centroid)
        {
            return [.. channels.Select(static channel => channel.Average())];
        }

        var extremes = new QuestDigest(keys, _headDim);
        if (ranking == PageRanking.Quest)
        {
            return [.. extremes.Least.ToArray().Concat(extremes.Largest.ToArray()).Select(static value => (float)value)];
        }

        float[] middles = [.. channels.Select(static channel => (channel.Min() + channel.Max()) / 2)];
        return [.. middles, .. channels.Zip(middles, static (channel, middle) => channel.Average(value => Math.Abs(value - middle)))];
    }

    // A page as the pipeline's layout has it; places without a token hold NaN.
    private byte[] Bytes(PageReader reader, int page)
    {
        var bytes = new byte[Layout.PageBytes];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        Span<int> words = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
        floats.Fill(float.NaN);
        var row = new float[_headDim];
        for (int slot = 0; slot < reader.Count(page); slot++)
        {
            reader.CopyKey(page, slot, row);
            for (int i = 0; i < _headDim; i++)
            {
                floats[(i * 16) + slot] = row[i];
            }

            reader.CopyValue(page, slot, row);
            row.CopyTo(floats[((Layout.ValueOffset / sizeof(float)) + (slot * _headDim))..]);
            words[(Layout.PositionOffset / sizeof(float)) + slot] = reader.Positions(page)[slot];
        }

        words[Layout.CountOffset / sizeof(float)] = reader.Count(page);
        return bytes;
    }
}

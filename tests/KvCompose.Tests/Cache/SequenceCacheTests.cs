using KvCompose.Cache;

namespace KvCompose.Tests.Cache;

public unsafe class SequenceCacheTests
{
    private const int Layers = 3;
    private const int Heads = 2;
    private static readonly PageLayout Layout = new(16, 16, 32);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Resize_AtRandom_EveryTokenIsFoundWhereTheTableSays(int seed)
    {
        using var pool = new PagePool(Layout);
        using var first = new SequenceCache(pool, Layers, Heads);
        using var second = new SequenceCache(pool, Layers, Heads);
        var random = new Random(seed);
        var expected = new Dictionary<(SequenceCache, int, int), List<int>>();
        for (int step = 0; step < 2_000; step++)
        {
            SequenceCache cache = random.Next(2) == 0 ? first : second;
            (int layer, int head) = (random.Next(Layers), random.Next(Heads));
            List<int> tokens = expected.TryGetValue((cache, layer, head), out List<int>? known) ? known : expected[(cache, layer, head)] = [];
            int length = random.Next(0, 90);
            cache.Resize(layer, head, length);
            if (length < tokens.Count)
            {
                tokens.RemoveRange(length, tokens.Count - length);
            }

            PageTable* table = cache.Layer(layer) + head;
            while (tokens.Count < length)
            {
                tokens.Add(random.Next());
                *cache.PositionAt(table, tokens.Count - 1) = tokens[^1];
            }

            Assert.Equal((length + Layout.PageTokens - 1) / Layout.PageTokens, table->PageCount);
        }

        foreach (((SequenceCache cache, int layer, int head), List<int> tokens) in expected)
        {
            Assert.Equal(tokens, cache.Positions(layer, head));
        }

        int pages = expected.Values.Sum(tokens => (tokens.Count + Layout.PageTokens - 1) / Layout.PageTokens);
        Assert.Equal(pages, pool.PagesHeld);
        first.Clear();
        second.Dispose();
        Assert.Equal(0, pool.PagesHeld);
    }

    [Fact]
    public void Resize_BeyondTheLimit_KeepsTheHeadAsItWas()
    {
        using var pool = new PagePool(Layout, 4L * Layout.PageBytes);
        using var cache = new SequenceCache(pool, Layers, Heads);
        cache.Resize(0, 0, 20);
        *cache.PositionAt(cache.Layer(0), 19) = 77;
        Assert.Throws<CacheLimitException>(() => cache.Resize(0, 0, 100));
        Assert.Equal(20, cache.Tokens(0, 0));
        Assert.Equal(77, cache.Positions(0, 0)[19]);
        Assert.Equal(2, pool.PagesHeld);
    }

    [Fact]
    public void ReserveOne_AtAPageBorder_RentsAPageForEveryHead()
    {
        using var pool = new PagePool(Layout);
        using var cache = new SequenceCache(pool, Layers, Heads);
        cache.Resize(1, 1, 16);
        cache.ReserveOne();
        Assert.Equal((Layers * Heads) + 1, pool.PagesHeld);
        Assert.Equal(16, cache.Tokens(1, 1));
        cache.ReserveOne();
        Assert.Equal((Layers * Heads) + 1, pool.PagesHeld);
    }

    [Fact]
    public void ReserveOne_BeyondTheLimit_ReservesNothing()
    {
        using var pool = new PagePool(Layout, 4L * Layout.PageBytes);
        using var cache = new SequenceCache(pool, Layers, Heads);
        cache.Resize(1, 1, 16);
        cache.Resize(2, 0, 15);
        Assert.Throws<CacheLimitException>(cache.ReserveOne);
        Assert.Equal(2, pool.PagesHeld);
        Assert.Equal(0, (cache.Layer(0) + 0)->PageCount);
        Assert.Equal(1, (cache.Layer(1) + 1)->PageCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeBackOne_AfterSomeLayersAppended_LeavesEveryHeadAsBefore(bool counted)
    {
        using var pool = new PagePool(new PageLayout(16, 16, 32, counted: counted));
        using var cache = new SequenceCache(pool, Layers, Heads);
        int[] lengths = [5, 16, 31, 32, 7, 16];
        for (int i = 0; i < lengths.Length; i++)
        {
            cache.Resize(i / Heads, i % Heads, lengths[i]);
            for (int slot = 0; slot < lengths[i]; slot++)
            {
                *cache.PositionAt(cache.Layer(0) + i, slot) = (100 * i) + slot;
            }
        }

        long before = pool.BytesHeld;
        int[][] positions = Positions();
        cache.ReserveOne();
        for (int i = 0; i < 2 * Heads; i++)
        {
            PageTable* table = cache.Layer(0) + i;
            table->Tokens++;
            if (counted)
            {
                (*cache.CountAt(table->Pages[table->PageCount - 1]))++;
            }
        }

        cache.TakeBackOne(2);
        Assert.Equal(before, pool.BytesHeld);
        Assert.Equal(positions, Positions());

        int[][] Positions() => [.. Enumerable.Range(0, lengths.Length).Select(i => cache.Positions(i / Heads, i % Heads))];
    }

    [Fact]
    public void Tokens_OutsideTheModel_Throws()
    {
        using var pool = new PagePool(Layout);
        using var cache = new SequenceCache(pool, Layers, Heads);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Tokens(Layers, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Tokens(0, -1));
    }
}

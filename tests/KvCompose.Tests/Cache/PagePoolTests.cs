using KvCompose.Cache;

namespace KvCompose.Tests.Cache;

public unsafe class PagePoolTests
{
    private static readonly PageLayout Layout = new(32, 16, 32);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RentAndReturn_RandomSequences_NeverAliasNorLeak(int seed)
    {
        using var pool = new PagePool(Layout);
        var random = new Random(seed);
        var held = new Dictionary<int, byte>();
        int most = 0;
        for (int step = 0; step < 5_000; step++)
        {
            if (held.Count == 0 || random.Next(100) < (step < 3_000 ? 55 : 40))
            {
                int page = pool.Rent();
                byte mark = (byte)random.Next(256);
                Assert.False(held.ContainsKey(page));
                held[page] = mark;
                new Span<byte>(pool.Address(page), Layout.PageBytes).Fill(mark);
            }
            else
            {
                (int page, byte mark) = held.ElementAt(random.Next(held.Count));
                Assert.False(new ReadOnlySpan<byte>(pool.Address(page), Layout.PageBytes).ContainsAnyExcept(mark), $"page {page} was overwritten");
                pool.Return(page);
                held.Remove(page);
            }

            most = Math.Max(most, held.Count);
            Assert.Equal(held.Count, pool.PagesHeld);
            Assert.Equal((long)held.Count * Layout.PageBytes, pool.BytesHeld);
            Assert.True(pool.BytesReserved >= pool.BytesHeld);
        }

        Assert.Equal((long)most * Layout.PageBytes, pool.PeakBytes);
    }

    [Fact]
    public void Return_OfEverything_GivesMemoryBack()
    {
        using var pool = new PagePool(Layout);
        int[] pages = [.. Enumerable.Range(0, 1_000).Select(_ => pool.Rent())];
        long reserved = pool.BytesReserved;
        foreach (int page in pages)
        {
            pool.Return(page);
        }

        Assert.Equal(0, pool.BytesHeld);
        Assert.True(pool.BytesReserved <= reserved / 8, $"{pool.BytesReserved} of {reserved} bytes are still reserved");
        Assert.Equal(1_000L * Layout.PageBytes, pool.PeakBytes);
    }

    [Fact]
    public void Rent_AtTheLimit_ThrowsAndChangesNothing()
    {
        using var pool = new PagePool(Layout, 3L * Layout.PageBytes);
        int[] pages = [pool.Rent(), pool.Rent(), pool.Rent()];
        var error = Assert.Throws<CacheLimitException>(() => pool.Rent());
        Assert.Equal(3L * Layout.PageBytes, error.LimitBytes);
        Assert.Equal(3L * Layout.PageBytes, error.HeldBytes);
        Assert.Equal(Layout.PageBytes, error.RequestedBytes);
        Assert.Equal(3, pool.PagesHeld);
        pool.Return(pages[1]);
        Assert.Equal(pages[1], pool.Rent());
    }

    [Fact]
    public void Return_Twice_Throws()
    {
        using var pool = new PagePool(Layout);
        int page = pool.Rent();
        pool.Return(page);
        Assert.Throws<ArgumentException>(() => pool.Return(page));
        Assert.Throws<ArgumentException>(() => pool.Return(-1));
        Assert.Throws<ArgumentException>(() => pool.Return(1_000_000));
    }

    [Fact]
    public void Address_OfEveryPage_IsAligned()
    {
        using var pool = new PagePool(new PageLayout(16, 16, 8));
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(0, (nint)pool.Address(pool.Rent()) % PageLayout.Alignment);
        }
    }

    [Fact]
    public void Rent_AfterDispose_Throws()
    {
        var pool = new PagePool(Layout);
        pool.Rent();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
    }

    [Theory]
    [InlineData(0, 16, 32)]
    [InlineData(24, 16, 32)]
    [InlineData(528, 16, 32)]
    [InlineData(32, 8, 32)]
    [InlineData(32, 40, 32)]
    [InlineData(32, 16, 12)]
    public void PageLayout_OfNumbersThatDoNotFit_Throws(int headDim, int pageTokens, int bits)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new PageLayout(headDim, pageTokens, bits));
}

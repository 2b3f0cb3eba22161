using KvCompose.Conformance.Reading;
using KvCompose.Memory;
using KvCompose.Residency.Pages;

namespace KvCompose.Tests.Retrieval;

public class PageIndexTests
{
    [Theory]
    [InlineData("clustered", 1500, 1500, 16)]
    [InlineData("clustered", 1700, 611, 48)]
    [InlineData("clustered", 1500, 700, 512)]
    [InlineData("drift", 1500, 20, 32)]
    [InlineData("iso", 333, 0, 64)]
    [InlineData("iso", 1, 1, 16)]
    public void Index_BuiltAndGrown_HoldsEveryTokenOnceWithItsKeyAndValue(string family, int tokens, int built, int headDim)
    {
        foreach (PageFormation formation in Enum.GetValues<PageFormation>())
        {
            using var index = new IndexCase(Keys(family, tokens, headDim), headDim, built, new PageIndexSettings { Formation = formation });
            Assert.Equal(tokens, index.Index.Tokens);
            var seen = new HashSet<int>();
            var row = new float[headDim];
            using PageReader reader = index.Index.Read();
            foreach ((int page, int[] members) in index.Pages())
            {
                Assert.InRange(members.Length, 1, 16);
                for (int slot = 0; slot < members.Length; slot++)
                {
                    Assert.True(seen.Add(members[slot]));
                    reader.CopyKey(page, slot, row);
                    Assert.True(index.Keys.AsSpan(members[slot] * headDim, headDim).SequenceEqual(row));
                    reader.CopyValue(page, slot, row);
                    Assert.Equal(IndexCase.ValueOf(members[slot], 7), row[7]);
                }
            }

            Assert.Equal(tokens, seen.Count);
        }
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    public void Build_Clustered_TokensAreInTheCellOfTheirNearestLandmark(string family)
    {
        using var index = new IndexCase(Keys(family, 1500, 32), 32, 1500);
        int[] cells = CellsOf(index, 1500);
        for (int token = 0; token < cells.Length; token++)
        {
            Assert.InRange(HalfSquaredDistance(index, token, cells[token]), 0, Least(index, token) + (1e-5 * index.Index.Bound));
        }
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    public void Insert_TokenByToken_GoesToTheNearestLandmarkAndADividedCellToTheNearerOfTwo(string family)
    {
        const int tokens = 1300, built = 500;
        using var index = new IndexCase(Keys(family, tokens, 32), 32, built, new PageIndexSettings { NormReserve = 8 }, grow: false);
        ClusterCentroids landmarks = index.Index.ClusterCentroids;
        double slack = 1e-5 * index.Index.Bound;
        int divided = 0;
        for (int token = built; token < tokens; token++)
        {
            int other = landmarks.Count;
            int[] before = CellsOf(index, token);
            index.Insert(token, token + 1);
            int[] after = CellsOf(index, token + 1);
            if (landmarks.Count == other)
            {
                Assert.Equal(before, after[..token]);
                Assert.InRange(HalfSquaredDistance(index, token, after[token]), 0, Least(index, token) + slack);
                continue;
            }

            divided++;
            int cell = Assert.Single(Enumerable.Range(0, token).Where(old => before[old] != after[old]).Select(old => before[old]).Distinct());
            for (int old = 0; old < token; old++)
            {
                Assert.True(before[old] == after[old] || after[old] == other);
                if (before[old] == cell)
                {
                    double own = HalfSquaredDistance(index, old, after[old]), away = HalfSquaredDistance(index, old, after[old] == cell ? other : cell);
                    Assert.InRange(own, 0, away + slack);
                }
            }
        }

        Assert.InRange(divided, 5, (tokens - built) / 25);
    }

    [Fact]
    public void Contiguous_BuiltAndGrown_PagesAreRunsOfTokens()
    {
        using var index = new IndexCase(Keys("iso", 205, 16), 16, 100, new PageIndexSettings { Formation = PageFormation.Contiguous });
        int[][] pages = [.. index.Pages().Values.OrderBy(page => page[0])];
        Assert.Equal(Enumerable.Range(0, 205), pages.SelectMany(page => page));
        Assert.All(pages[..^1], page => Assert.Equal(16, page.Length));
    }

    [Theory]
    [InlineData(PageFormation.Clustered)]
    [InlineData(PageFormation.Contiguous)]
    public void Build_AnyNumberOfThreads_GivesTheSamePages(PageFormation formation)
    {
        float[] keys = Keys("drift", 3001, 32);
        var settings = new PageIndexSettings { Formation = formation };
        using var one = new IndexCase(keys, 32, 2801, settings, threads: 1);
        foreach (int threads in new[] { 2, 3, 5 })
        {
            using var several = new IndexCase(keys, 32, 2801, settings, threads);
            Assert.Equal(one.Pages(), several.Pages());
        }
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    [InlineData("iso")]
    public void Insert_4096After4096_KeepsPagesFilled(string family)
    {
        using var index = new IndexCase(Keys(family, 8192, 32), 32, 4096);
        Assert.InRange(index.Index.Fill, 0.8, 1);
        Assert.InRange(index.Index.ClusterCentroids.Count / (8192 * index.Index.Settings.Promotion), 0.8, 1.2);
    }

    [Theory]
    [InlineData(500, 400)]
    [InlineData(500, 0)]
    [InlineData(5000, 1000)]
    public void Index_OneKeyRepeated_FillsItsPages(int tokens, int built)
    {
        float[] one = Keys("iso", 1, 16);
        using var index = new IndexCase([.. Enumerable.Repeat(one, tokens).SelectMany(key => key)], 16, built);
        Assert.Equal(tokens, index.Pages().Values.Sum(page => page.Length));
        Assert.InRange(index.Index.Fill, 0.9, 1);
        Assert.NotEmpty(index.Choose(one, 64).Pages);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e30f)]
    public void Index_KeyThatIsNotFinite_NamesPositionAndElementAndChangesNothing(float bad)
    {
        float[] keys = Keys("iso", 80, 16);
        keys[(70 * 16) + 3] = bad;
        using var index = new IndexCase(keys, 16, 64, grow: false);
        SortedDictionary<int, int[]> before = index.Pages();
        var failure = Assert.Throws<NonFiniteKeyException>(() => index.Insert(64, 80));
        Assert.Equal((IndexCase.PositionOf(70), float.IsFinite(bad) ? -1 : 3), (failure.Position, failure.Element));
        Assert.Contains($"position {IndexCase.PositionOf(70)}", failure.Message);
        Assert.Equal(before, index.Pages());
        Assert.Throws<NonFiniteKeyException>(() => new IndexCase(keys, 16, 80));
    }

    [Fact]
    public void Insert_MemoryIsFull_ThrowsAndKeepsWhatThereWas()
    {
        float[] keys = Keys("clustered", 4000, 16);
        var memory = new HostMemory(600_000);
        using var index = new IndexCase(keys[..(1000 * 16)], 16, 1000, memory: memory);
        using var more = new IndexCase(keys, 16, 0, grow: false);
        SortedDictionary<int, int[]> before = [];
        int held = 1000;
        var failure = Assert.Throws<HostTierFullException>(() =>
        {
            for (; held < 4000; held += 16)
            {
                before = index.Pages();
                index.Index.Insert(more.Source(held, held + 16));
            }
        });
        Assert.Equal(600_000, failure.LimitBytes);
        Assert.InRange(held, 1016, 3999);
        Assert.Equal(before, index.Pages());
        Assert.Equal(index.Index.ClusterCentroids.Count, index.Index.Snapshots.Current.Cells);
        Assert.InRange(memory.HeldBytes, 1, 600_000);
    }

    [Fact]
    public void Insert_WhileAReaderHoldsThePages_TheReaderSeesThemUnchanged()
    {
        using var index = new IndexCase(Keys("clustered", 2000, 16), 16, 1000, grow: false);
        using PageReader old = index.Index.Read();
        int[][] before = [.. Enumerable.Range(0, old.Ids).Select(page => Tokens(old, page))];
        int[] versions = [.. Enumerable.Range(0, old.Ids).Select(page => Version(old, page))];
        index.Insert(1000, 2000);
        Assert.Equal(before, Enumerable.Range(0, old.Ids).Select(page => Tokens(old, page)));
        using PageReader now = index.Index.Read();
        int changed = 0;
        for (int page = 0; page < old.Ids; page++)
        {
            if (now.Version(page) == versions[page])
            {
                Assert.Equal(before[page], Tokens(now, page));
            }
            else
            {
                changed++;
            }
        }

        Assert.InRange(changed, 1, before.Length);
    }

    [Fact]
    public async Task Insert_ReadersOnOtherThreads_SeeEveryTokenOfSomeMomentOnce()
    {
        using var index = new IndexCase(Keys("drift", 3000, 16), 16, 600, grow: false);
        using var done = new CancellationTokenSource();
        Task<int> reading = Task.Run(() =>
        {
            int rounds = 0;
            do
            {
                using PageReader reader = index.Index.Read();
                int[] seen = [.. Enumerable.Range(0, reader.Ids).SelectMany(page => Tokens(reader, page)).Order()];
                Assert.Equal(Enumerable.Range(0, reader.Tokens), seen);
                rounds++;
            }
            while (!done.IsCancellationRequested);
            return rounds;
        });
        index.Insert(600, 3000);
        await done.CancelAsync();
        Assert.InRange(await reading, 1, int.MaxValue);
    }

    [Theory]
    [InlineData(HostPageFormat.Fp16)]
    [InlineData(HostPageFormat.Int8)]
    public void Index_FewerBits_RoundsKeysAndValuesToTheNearest(HostPageFormat format)
    {
        const int headDim = 48;
        float[] keys = Keys("iso", 600, headDim);
        using var index = new IndexCase(keys, headDim, 300, format: format);
        using PageReader reader = index.Index.Read();
        float[] row = new float[headDim];
        foreach ((int page, int[] members) in index.Pages())
        {
            for (int slot = 0; slot < members.Length; slot++)
            {
                int token = members[slot];
                reader.CopyKey(page, slot, row);
                CloseTo(keys.AsSpan(token * headDim, headDim), row, format);
                reader.CopyValue(page, slot, row);
                CloseTo([.. Enumerable.Range(0, headDim).Select(i => IndexCase.ValueOf(token, i))], row, format);
            }
        }
    }

    [Fact]
    public void Insert_MoreThanAPage_Throws()
    {
        using var index = new IndexCase(Keys("iso", 40, 16), 16, 20);
        Assert.Throws<ArgumentException>(() => index.Index.Insert(index.Source(0, 17)));
    }

    [Fact]
    public void Build_IndexWithTokens_Throws()
    {
        using var index = new IndexCase(Keys("iso", 40, 16), 16, 20);
        using var builder = new PageIndexBuilder(16);
        Assert.Throws<InvalidOperationException>(() => builder.Build(index.Index, index.Source(0, 16)));
        using var wide = new PageIndexBuilder(32);
        Assert.Throws<ArgumentException>(() => wide.Build(index.Index, index.Source(0, 16)));
    }

    [Fact]
    public void Settings_OutOfRange_NameTheValue()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Promotion", () => new PageIndex(16, new PageIndexSettings { Promotion = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("NormReserve", () => new PageIndex(16, new PageIndexSettings { NormReserve = 0.5f }));
        Assert.Throws<ArgumentOutOfRangeException>("Prefilter", () => new PageIndex(16, new PageIndexSettings { Prefilter = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>("headDim", () => new PageIndex(20, new PageIndexSettings()));
    }

    private static float[] Keys(string family, int tokens, int headDim)
        => GeneratedKeys.Make(family, Math.Max(tokens, 128), headDim, 1, 31).Keys[..(tokens * headDim)];

    // Half a unit in the last place: 2⁻¹¹ of a half's own magnitude (2⁻²⁵ below its normal numbers), half a step of 1/127 of the largest of 16 bytes;
    // either way the arithmetic of the scale adds a few roundings of a float.
    private static void CloseTo(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, HostPageFormat format)
    {
        for (int first = 0; first < expected.Length; first += 16)
        {
            float largest = 0;
            foreach (float element in expected.Slice(first, 16))
            {
                largest = MathF.Max(largest, MathF.Abs(element));
            }

            for (int i = first; i < first + 16; i++)
            {
                double bound = format == HostPageFormat.Int8 ? largest / 254.0 : (Math.Abs(expected[i]) / 2048.0) + (1 / 33554432.0);
                Assert.InRange(Math.Abs((double)actual[i] - expected[i]), 0, bound + (largest * 4e-7));
            }
        }
    }

    private static int[] CellsOf(IndexCase index, int tokens)
    {
        PageSnapshot pages = index.Index.Snapshots.Current;
        int[] cells = new int[tokens];
        foreach ((int page, int[] members) in index.Pages())
        {
            Array.ForEach(members, token => cells[token] = pages.Pages[page].Cell);
        }

        return cells;
    }

    private static double Least(IndexCase index, int token)
        => Enumerable.Range(0, index.Index.ClusterCentroids.Count).Min(landmark => HalfSquaredDistance(index, token, landmark));

    private static int[] Tokens(PageReader reader, int page) => IndexCase.TokensOf(reader, page);

    private static int Version(PageReader reader, int page) => reader.Version(page);

    private static unsafe double HalfSquaredDistance(IndexCase index, int token, int landmark)
    {
        double norm = 0, product = 0;
        for (int i = 0; i < index.HeadDim; i++)
        {
            double key = index.Keys[(token * index.HeadDim) + i];
            norm += key * key;
            product += key * index.Index.ClusterCentroids.Key(landmark)[i];
        }

        return index.Index.Bound - product - (Math.Sqrt(index.Index.Bound - norm) * index.Index.ClusterCentroids.Lift(landmark));
    }
}

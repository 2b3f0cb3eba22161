using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class ClusteredIndexTests
{
    private const int HeadDim = 16;

    [Theory]
    [InlineData("clustered", 1500, 1500)]
    [InlineData("clustered", 1500, 600)]
    [InlineData("drift", 1500, 20)]
    [InlineData("iso", 60, 1)]
    public void Index_BuiltAndGrown_HoldsEveryTokenOnce(string family, int tokens, int built)
    {
        ClusteredIndex index = IceData.Grown(IceData.Keys(family, tokens, HeadDim), HeadDim, built);
        var seen = new HashSet<int>();
        for (int page = 0; page < index.Pages.Count; page++)
        {
            if (index.Pages[page] is not { } live)
            {
                continue;
            }

            Assert.InRange(live.Tokens.Count, 1, 16);
            Assert.All(live.Tokens, token =>
            {
                Assert.True(seen.Add(token));
                Assert.Equal(page, index.PageOf(token));
                Assert.Contains(token, index.MembersOf(live.Cell));
            });
        }

        Assert.Equal(tokens, seen.Count);
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    public void Build_TokensAreInTheCellOfTheirNearestLandmark(string family)
    {
        var index = new ClusteredIndex(IceData.Keys(family, 900, HeadDim), HeadDim, new ClusteredSettings());
        Assert.All(Enumerable.Range(0, 900), token => Assert.Equal(index.CellOf(token), index.Pages[index.PageOf(token)]!.Cell));
    }

    [Fact]
    public void Insert_Token_GoesToTheCellOfItsNearestLandmarkUnlessThatDivides()
    {
        float[] keys = IceData.Keys("drift", 900, HeadDim);
        ClusteredIndex index = IceData.Grown(keys[..(500 * HeadDim)], HeadDim, 500);
        int divided = 0;
        for (int first = 500; first < 900; first++)
        {
            int cells = index.Cells.Count;
            int token = index.Insert(keys.AsSpan(first * HeadDim, HeadDim));
            if (index.Cells.Count == cells)
            {
                Assert.Equal(index.CellOf(token), index.Pages[index.PageOf(token)]!.Cell);
            }
            else
            {
                divided++;
            }
        }

        Assert.InRange(divided, 1, 400 / 25);
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    [InlineData("iso")]
    public void Insert_AsManyAgain_KeepsPagesFilled(string family)
    {
        ClusteredIndex index = IceData.Grown(IceData.Keys(family, 3000, HeadDim), HeadDim, 1500);
        Assert.InRange(3000 / (16.0 * index.LivePages), 0.78, 1);
    }

    [Fact]
    public void Index_OneKeyRepeated_FillsItsPagesAndSelects()
    {
        float[] one = IceData.Keys("iso", 1, HeadDim);
        ClusteredIndex index = IceData.Grown([.. Enumerable.Repeat(one, 500).SelectMany(key => key)], HeadDim, 400);
        Assert.Equal(500, index.Pages.Sum(page => page?.Tokens.Count ?? 0));
        Assert.NotEmpty(ClusteredSearch.Select(index, one, 64).Pages);
    }

    [Fact]
    public void Insert_Key_ChangesThePageThatTakesItAndNoneOfOtherCells()
    {
        ClusteredIndex index = new(IceData.Keys("iso", 400, HeadDim), HeadDim, new ClusteredSettings());
        var versions = index.Pages.Select(page => page?.Version).ToArray();
        int token = index.Insert(IceData.Keys("iso", 1, HeadDim, 55));
        int[] changed = [.. Enumerable.Range(0, versions.Length).Where(page => index.Pages[page]?.Version != versions[page])];
        Assert.Contains(index.PageOf(token), changed);
        Assert.All(changed, page => Assert.Equal(index.Pages[index.PageOf(token)]!.Cell, index.Pages[page]!.Cell));
    }

    [Fact]
    public void Constructor_KeyThatIsNotFinite_NamesTheToken()
    {
        float[] keys = IceData.Keys("iso", 30, HeadDim);
        keys[12 * HeadDim] = float.NegativeInfinity;
        Assert.Contains("token 12", Assert.Throws<ArgumentException>(() => new ClusteredIndex(keys, HeadDim, new ClusteredSettings())).Message);
    }
}

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
    public void Index_BuiltAndGrown_HoldsEveryTokenOnceInTheCellOfItsNearestLandmark(string family, int tokens, int built)
    {
        float[] keys = IceData.Keys(family, tokens, HeadDim);
        ClusteredIndex index = IceData.Grown(keys, HeadDim, built);

        // A key longer than the reserve changes every distance a little; what was placed before stays where it is.
        bool sameDistances = index.Keys.Bound == new ClusteredIndex(keys.AsSpan(0, built * HeadDim), HeadDim, index.Settings).Keys.Bound;
        int astray = 0;
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
                astray += index.CellOf(token) == live.Cell ? 0 : 1;
            });
        }

        Assert.Equal(tokens, seen.Count);
        Assert.InRange(astray, 0, sameDistances ? 0 : tokens / 50);
    }

    [Fact]
    public void Insert_OneByOne_GivesTheLandmarksOfOneBuild()
    {
        float[] keys = IceData.Keys("drift", 800, HeadDim);
        Assert.Equal(
            new ClusteredIndex(keys, HeadDim, new ClusteredSettings()).Landmarks, IceData.Grown(keys, HeadDim, 1).Landmarks);
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
    public void Insert_Key_ChangesTheVersionOfThePageThatTakesItAndAtMostOfASibling()
    {
        ClusteredIndex index = new(IceData.Keys("iso", 400, HeadDim), HeadDim, new ClusteredSettings());
        var versions = index.Pages.Select(page => page?.Version).ToArray();
        int token = index.Insert(IceData.Keys("iso", 1, HeadDim, 55));
        Assert.DoesNotContain(token, index.Landmarks);
        int[] changed = [.. Enumerable.Range(0, versions.Length).Where(page => index.Pages[page]?.Version != versions[page])];
        Assert.Contains(index.PageOf(token), changed);
        Assert.InRange(changed.Length, 1, 2);
    }

    [Fact]
    public void Constructor_KeyThatIsNotFinite_NamesTheToken()
    {
        float[] keys = IceData.Keys("iso", 30, HeadDim);
        keys[12 * HeadDim] = float.NegativeInfinity;
        Assert.Contains("token 12", Assert.Throws<ArgumentException>(() => new ClusteredIndex(keys, HeadDim, new ClusteredSettings())).Message);
    }
}

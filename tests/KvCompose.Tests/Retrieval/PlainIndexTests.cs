using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;
using KvCompose.Residency.Pages;

namespace KvCompose.Tests.Retrieval;

/// <summary>The index against its plain form.</summary>
public class PlainIndexTests
{
    [Theory]
    [InlineData("clustered", 1500, 1500, 16, 3)]
    [InlineData("clustered", 1700, 600, 32, 4)]
    [InlineData("drift", 1600, 500, 32, 5)]
    [InlineData("drift", 900, 1, 48, 6)]
    [InlineData("iso", 700, 300, 64, 7)]
    public void Index_BuiltAndGrown_FormsThePagesOfThePlainForm(string family, int tokens, int built, int headDim, int seed)
    {
        // With so much reserve no key raises M, which the index does for a batch at once.
        float[] keys = GeneratedKeys.Make(family, tokens, headDim, 1, seed).Keys;
        var plain = new ClusteredIndex(keys.AsSpan(0, built * headDim), headDim, new ClusteredSettings { NormReserve = 8 });
        for (int token = built; token < tokens; token++)
        {
            plain.Insert(keys.AsSpan(token * headDim, headDim));
        }

        using var index = new IndexCase(keys, headDim, built, new PageIndexSettings { NormReserve = 8 });
        Assert.Equal(
            Sorted(plain.Pages.Where(page => page is not null).Select(page => page!.Tokens.ToArray())), Sorted(index.Pages().Values));
        Assert.Equal(plain.Cells.Count, index.Index.ClusterCentroids.Count);
    }

    private static string[] Sorted(IEnumerable<int[]> pages)
        => [.. pages.Select(page => page.Order().ToArray()).OrderBy(page => page[0]).Select(page => string.Join(' ', page))];
}

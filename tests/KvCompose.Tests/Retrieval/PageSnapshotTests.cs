using KvCompose.Conformance.Reading;
using KvCompose.Residency.Pages;

namespace KvCompose.Tests.Retrieval;

/// <summary>Snapshots share what did not change: whoever reads, and for however long, the pages are the same.</summary>
public class PageSnapshotTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Index_GrownWhileReadersComeAndGo_HasThePagesOfOneThatNobodyReads(int seed)
    {
        const int headDim = 16, built = 300, tokens = 1500;
        float[] keys = GeneratedKeys.Make("drift", tokens, headDim, 1, seed).Keys;
        using var alone = new IndexCase(keys, headDim, built);
        using var read = new IndexCase(keys, headDim, built, grow: false);
        var random = new Random(seed);
        var readers = new List<(PageReader Reader, string[] Pages)>();
        for (int first = built; first < tokens; first += 16)
        {
            if (random.Next(2) == 0)
            {
                PageReader reader = read.Index.Read();
                readers.Add((reader, Pages(reader)));
            }

            read.Insert(first, Math.Min(first + 16, tokens));
            if (readers.Count > 0 && random.Next(2) == 0)
            {
                int leaving = random.Next(readers.Count);
                Assert.Equal(readers[leaving].Pages, Pages(readers[leaving].Reader));
                readers[leaving].Reader.Dispose();
                readers.RemoveAt(leaving);
            }
        }

        Assert.Equal(Pages(alone), Pages(read));
        readers.ForEach(held => Assert.Equal(held.Pages, Pages(held.Reader)));
        readers.ForEach(held => held.Reader.Dispose());
    }

    [Theory]
    [InlineData(new byte[] { 16, 16, 16 }, 40, 2)]
    [InlineData(new byte[] { 16, 3, 0, 5, 16 }, 24, 3)] // 3, 5 and 16
    [InlineData(new byte[] { 16, 3, 0, 5, 16 }, 23, 2)]
    [InlineData(new byte[] { 2, 2, 2, 2 }, 5, 2)]
    [InlineData(new byte[] { 2, 0, 2 }, 100, 2)]
    [InlineData(new byte[] { 2, 2 }, 1, 0)]
    [InlineData(new byte[] { 2, 2 }, 0, 0)]
    public void MostPages_OfABudget_AreTheSmallestOnes(byte[] counts, int budget, int most)
        => Assert.Equal(most, PageSnapshot.Restore(counts, new PageEntry[counts.Length], [], -1).MostPages(budget));

    private static string[] Pages(IndexCase index)
    {
        using PageReader reader = index.Index.Read();
        return Pages(reader);
    }

    private static string[] Pages(PageReader reader)
        => [.. Enumerable.Range(0, reader.Ids).Select(page => $"{page} v{reader.Version(page)}: {string.Join(' ', IndexCase.TokensOf(reader, page))}")];
}

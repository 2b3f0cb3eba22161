using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

/// <summary>
/// The published search over isotropic keys, whose cells are larger than one run of 128, against a second form of it: what is scored of a cell is
/// an interval of its order, which grows by whole runs on the nearer side and is moved back inside where a run passes an end.
/// </summary>
public class TreeWalkTests
{
    private const int Run = 128;

    [Theory]
    [InlineData(700, 24, 1)]
    [InlineData(1600, 64, 2)]
    [InlineData(1900, 40, 3)]
    [InlineData(2500, 64, 6)]
    [InlineData(2900, 32, 4)]
    public void Select_IsotropicKeys_ScoresIntervalsOfTheCells(int tokens, int headDim, int seed)
    {
        GeneratedKeys data = GeneratedKeys.Make("iso", tokens, headDim, 24, seed);
        PageTree tree = IceData.Tree(data.Keys, headDim);
        int ends = 0;
        foreach (float[] query in data.Queries.Chunk(headDim))
        {
            foreach (int pages in new[] { 4, 12 })
            {
                TreeSearch.Result result = TreeSearch.Select(tree, query, pages, 30);
                Assert.Equal(Selected(tree, query, pages, 30, ref ends, out int scored), result.Pages);
                Assert.Equal(scored, result.KeysScored);
            }
        }

        // Runs that pass an end are the case that isotropic keys bring.
        Assert.True(ends > 0, "no run passed the end of a cell");
    }

    private static int[] Selected(PageTree tree, float[] query, int pages, int beam, ref int ends, out int scored)
    {
        double[] products = [.. Enumerable.Range(0, tree.Keys.Count).Select(token => Product(tree.Keys.Key(token), query))];
        double at = tree.Keys.ProjectQuery(query);
        var found = new List<int>();
        var looked = new HashSet<int>();
        int[] cells = [PageTree.Root];
        for (int level = tree.Levels.Count - 1; level >= 0; level--)
        {
            int wanted = level == 0 ? pages : beam;
            var best = new List<int>();
            foreach (int cell in cells)
            {
                List<int> members = tree.CellTokens(cell);
                Range interval = Interval([.. members.Select(tree.Projected)], at, wanted, ref ends);
                int[] seen = [.. members.Take(interval)];
                looked.UnionWith(seen);
                best.AddRange(seen.OrderByDescending(token => products[token]).Take(wanted));
            }

            cells = [.. level == 0 ? best : best.OrderByDescending(token => products[token]).Take(beam)];
            found.AddRange(cells);
        }

        scored = looked.Count;
        return [.. found.GroupBy(tree.PageOf).OrderByDescending(page => page.Max(token => products[token])).Take(pages).Select(page => page.Key)];
    }

    private static Range Interval(double[] order, double at, int wanted, ref int ends)
    {
        int count = order.Length;
        if (count <= Run || count <= wanted)
        {
            return 0..count;
        }

        int first = order.Count(place => place < at), last = first;
        while (last - first < MathF.Ceiling(0.8f * count))
        {
            int size = Math.Min(last - first + Run, count);
            bool left = first > 0 && (last == count || at - order[first - 1] < order[last] - at);
            (first, last) = left ? (last - size, last) : (first, first + size);
            ends += first < 0 || last > count ? 1 : 0;
            (first, last) = first < 0 ? (0, size) : last > count ? (count - size, count) : (first, last);
        }

        return first..last;
    }

    private static double Product(ReadOnlySpan<double> key, float[] query)
    {
        double sum = 0;
        for (int i = 0; i < query.Length; i++)
        {
            sum += key[i] * query[i];
        }

        return sum;
    }
}

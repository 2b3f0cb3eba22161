extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Emitted kernels that score host pages, choose among them, copy them and attend to them, against the processor's choice and the plain reference.</summary>
public sealed class RankedPagesTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private delegate void Choose(
        DeviceContext device, DevicePages hostPages, DevicePageTables candidates, ArrayView<float> scores, ArrayView<int> taken,
        ArrayView<int> chosen, ArrayView<int> chosenPages, int budget, int stride);

    private delegate void ScoreKeys(
        DeviceContext device, DevicePages hostPages, DevicePageTables candidates, ArrayView<float> queries, ArrayView<float> scores, int stride);

    private delegate void ScoreDigests(
        DeviceContext device, ArrayView<float> digests, DevicePageTables candidates, ArrayView<float> queries, ArrayView<float> scores, int stride);

    private delegate void Attend(
        DeviceContext device, DevicePages pages, DevicePageTables tables,
        ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, int shares);

    [Theory]
    [InlineData(1, 192)]
    [InlineData(2, 64)]
    [InlineData(3, 20)]
    public void ByMass_ChoosesWhatTheProcessorChooses(int seed, int budget)
        => ByKeys(ByMass32.SimulatedKernels.ScorePages, ByMass32.SimulatedKernels.ChoosePages, 32, 2, PageRanking.LogSumExp, seed, budget);

    [Theory]
    [InlineData(4, 100)]
    [InlineData(5, 48)]
    public void ByBestKey_ChoosesWhatTheProcessorChooses(int seed, int budget)
        => ByKeys(ByBestKey144.SimulatedKernels.ScorePages, ByBestKey144.SimulatedKernels.ChoosePages, 144, 5, PageRanking.ExactMax, seed, budget);

    [Theory]
    [InlineData(6, 160)]
    [InlineData(7, 16)]
    public void ByMean_ChoosesWhatTheProcessorChooses(int seed, int budget)
        => ByDigests(ByMean48.SimulatedKernels.ScorePages, ByMean48.SimulatedKernels.ChoosePages, 48, 3, PageRanking.Centroid, seed, budget);

    [Theory]
    [InlineData(8, 160)]
    [InlineData(9, 33)]
    public void ByQuest_ChoosesWhatTheProcessorChooses(int seed, int budget)
        => ByDigests(ByQuest64.SimulatedKernels.ScorePages, ByQuest64.SimulatedKernels.ChoosePages, 64, 4, PageRanking.Quest, seed, budget);

    [Theory]
    [InlineData(10, 96)]
    [InlineData(11, 1000)]
    public void ByArkVale_ChoosesWhatTheProcessorChooses(int seed, int budget)
        => ByDigests(ByArkVale32.SimulatedKernels.ScorePages, ByArkVale32.SimulatedKernels.ChoosePages, 32, 1, PageRanking.ArkVale, seed, budget);

    [Fact]
    public void CopyPages_BringsWholePagesWithTheirCounts()
    {
        var random = new Random(12);
        using var host = new HostPages(fixture.Device, 32, [300], PageRanking.LogSumExp, random);
        int[] sources = [.. host.Ids.Take(7)], targets = [4, 0, 8, 3, 1, 7, 2];
        using var resident = new DevicePages(fixture.Device, host.Layout, 9);
        using var from = fixture.Upload(sources);
        using var to = fixture.Upload(targets);
        fixture.InEveryOrder(() =>
        {
            ByMass32.SimulatedKernels.CopyPages(fixture.Device, host.Pages, resident, from.View, to.View, sources.Length);
            byte[] expected = new byte[host.Layout.PageBytes], actual = new byte[host.Layout.PageBytes];
            foreach ((int source, int target) in sources.Zip(targets))
            {
                host.Pages.Download(source, expected);
                resident.Download(target, actual);
                Assert.Equal(expected, actual);
            }
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Attend_PagesThatAreNotFull_EqualsReference(int shares)
    {
        CheckAttention(ByMass32.SimulatedKernels.Attend, ByMass32.SimulatedKernels.AttendScratch, 32, 2, shares);
        CheckAttention(ByBestKey144.SimulatedKernels.Attend, ByBestKey144.SimulatedKernels.AttendScratch, 144, 5, shares);
        CheckAttention(ByMean48.SimulatedKernels.Attend, ByMean48.SimulatedKernels.AttendScratch, 48, 3, shares);
    }

    [Fact]
    public void Gather_CountsWhatItPutsIntoEachPage()
    {
        var layout = new PageLayout(32, 16, 32, counted: true);
        int[] tokens = [90, 40], kept = [37, 16];
        using var heads = new PagedHeads(fixture.Device, layout, tokens, new Random(13), kept);
        using var indices = fixture.Upload([.. Enumerable.Range(0, 2 * 90).Select(static i => i % 90)]);
        fixture.InEveryOrder(() =>
        {
            ByMass32.SimulatedKernels.Gather(fixture.Device, heads.Pages, heads.Tables, heads.Targets, indices.View, 90);
            Assert.Equal([16, 16, 5], Enumerable.Range(0, 3).Select(page => heads.ReadTargetCount(0, page)));
            Assert.Equal(16, heads.ReadTargetCount(1, 0));
            Assert.Equal(heads.Keys[0][(36 * 32)..(37 * 32)], heads.ReadTarget(0, 36).Key);
        });
    }

    private static int[] Tokens(int seed) => [400 + (17 * seed), 30 * seed, 16];

    private void ByKeys(ScoreKeys score, Choose choose, int headDim, int group, PageRanking ranking, int seed, int budget)
    {
        using var host = new HostPages(fixture.Device, headDim, Tokens(seed), ranking, new Random(seed));
        Check(host, (queries, scores, stride) => score(fixture.Device, host.Pages, host.Candidates, queries, scores, stride), choose, headDim, group, seed, budget);
    }

    private void ByDigests(ScoreDigests score, Choose choose, int headDim, int group, PageRanking ranking, int seed, int budget)
    {
        using var host = new HostPages(fixture.Device, headDim, Tokens(seed), ranking, new Random(seed));
        using var digests = fixture.Upload(host.Digests(ranking));
        Check(host, (queries, scores, stride) => score(fixture.Device, digests.View, host.Candidates, queries, scores, stride), choose, headDim, group, seed, budget);
    }

    private void Check(HostPages host, Action<ArrayView<float>, ArrayView<float>, int> score, Choose choose, int headDim, int group, int seed, int budget)
    {
        int heads = Tokens(seed).Length, stride = host.MostPages + 3;
        float[] queries = PagedHeads.Uniform(new Random(seed + 100), heads * group * headDim);
        using var deviceQueries = fixture.Upload(queries);
        using var scores = fixture.Upload(new float[heads * group * stride]);
        using var taken = fixture.Upload(new int[heads * stride]);
        using var chosen = fixture.Upload(new int[heads * stride]);
        using var chosenPages = fixture.Upload(new int[heads]);
        fixture.InEveryOrder(() =>
        {
            score(deviceQueries.View, scores.View, stride);
            choose(fixture.Device, host.Pages, host.Candidates, scores.View, taken.View, chosen.View, chosenPages.View, budget, stride);
            fixture.Device.Synchronize();
            int[] pages = chosen.GetAsArray1D(), counts = chosenPages.GetAsArray1D();
            for (int head = 0; head < heads; head++)
            {
                (int[] expected, bool ordered) = host.Choose(head, queries, group, budget);
                int[] actual = pages[(head * stride)..((head * stride) + counts[head])];
                Assert.Equal(ordered ? expected : [.. expected.Order()], ordered ? actual : [.. actual.Order()]);
            }
        });
    }

    private void CheckAttention(Attend attend, Func<int, int, long> scratchFloats, int headDim, int group, int shares)
    {
        var random = new Random(headDim + shares);
        var layout = new PageLayout(headDim, 16, 32, counted: true);
        int[][] counts = [[16, 3, 16, 1, 9], [1], [0, 5], [12, 16, 16, 7, 2, 16, 16, 11, 4]];
        using var heads = new PagedHeads(fixture.Device, layout, [.. counts.Select(static pages => 16 * pages.Length)], random);
        for (int head = 0; head < counts.Length; head++)
        {
            heads.SetCounts(head, counts[head]);
        }

        float[] queries = PagedHeads.Uniform(random, counts.Length * group * headDim);
        using var deviceQueries = fixture.Upload(queries);
        using var scratch = fixture.Device.Allocate<float>(scratchFloats(counts.Length, shares));
        using var output = fixture.Device.Allocate<float>(queries.Length);
        fixture.InEveryOrder(() =>
        {
            attend(fixture.Device, heads.Pages, heads.Tables, deviceQueries.View, scratch.View, output.View, shares);
            fixture.Device.Synchronize();
            float[] actual = output.GetAsArray1D();
            for (int row = 0; row < counts.Length * group; row++)
            {
                int head = row / group;
                int[] valid = [.. counts[head].SelectMany(static (count, page) => Enumerable.Range(16 * page, count))];
                double[] expected = PlainAttention.Of(queries.AsSpan(row * headDim, headDim), heads.Keys[head], heads.Values[head], valid);
                for (int i = 0; i < headDim; i++)
                {
                    Assert.Equal(expected[i], actual[(row * headDim) + i], 1e-4);
                }
            }
        });
    }
}

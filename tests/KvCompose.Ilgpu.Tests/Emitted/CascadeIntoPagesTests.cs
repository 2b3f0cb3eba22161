extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>A cascade over pages that come back: a table that is cut short ends in a page that says how many of its tokens stay.</summary>
public sealed class CascadeIntoPagesTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int HeadDim = 32;
    private const int Group = 2;
    private const int Shares = 2;

    private static readonly PageLayout Layout = new(HeadDim, 16, 32, counted: true);

    [Fact]
    public void Truncate_AnywhereInAPage_CountsWhatStays()
    {
        int[] tokens = [60, 33, 16, 40], budgets = [20, 48, 5, 32];
        using var heads = new PagedHeads(fixture.Device, Layout, tokens, new Random(3));
        using var limits = fixture.Upload(budgets);
        fixture.InEveryOrder(() =>
        {
            heads.Restore();
            heads.SetCounts();
            CakeIntoPages32.SimulatedKernels.Truncate(fixture.Device, heads.Pages, heads.Tables, limits.View);
            fixture.Device.Synchronize();
            Assert.Equal([20, 33, 5, 32], heads.Tables.Download().Tokens);
            Assert.Equal([16, 4], Enumerable.Range(0, 2).Select(page => heads.ReadCount(0, page)));
            Assert.Equal([16, 16, 1], Enumerable.Range(0, 3).Select(page => heads.ReadCount(1, page)));
            Assert.Equal(5, heads.ReadCount(2, 0));
            Assert.Equal([16, 16], Enumerable.Range(0, 2).Select(page => heads.ReadCount(3, page)));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Attend_ToTablesCutShort_EqualsPlainAttentionOverWhatStays(int seed)
    {
        var random = new Random(seed);
        int[] tokens = [random.Next(40, 90), random.Next(17, 60), 16], budgets = [.. tokens.Select(count => random.Next(1, count))];
        using var heads = new PagedHeads(fixture.Device, Layout, tokens, random);
        float[] queries = PagedHeads.Uniform(random, tokens.Length * Group * HeadDim);
        using var limits = fixture.Upload(budgets);
        using var deviceQueries = fixture.Upload(queries);
        using var scratch = fixture.Device.Allocate<float>(CakeIntoPages32.SimulatedKernels.AttendScratch(tokens.Length, Shares));
        using var output = fixture.Device.Allocate<float>(queries.Length);
        fixture.InEveryOrder(() =>
        {
            heads.Restore();
            heads.SetCounts();
            CakeIntoPages32.SimulatedKernels.Truncate(fixture.Device, heads.Pages, heads.Tables, limits.View);
            CakeIntoPages32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, deviceQueries.View, scratch.View, output.View, Shares);
            fixture.Device.Synchronize();
            float[] attended = output.GetAsArray1D();
            for (int head = 0; head < tokens.Length * Group; head++)
            {
                int own = head / Group;
                double[] expected = PlainAttention.Of(
                    queries.AsSpan(head * HeadDim, HeadDim), heads.Keys[own], heads.Values[own], [.. Enumerable.Range(0, budgets[own])]);
                for (int i = 0; i < HeadDim; i++)
                {
                    Assert.Equal(expected[i], attended[(head * HeadDim) + i], 1e-4);
                }
            }
        });
    }
}

extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Emitted attention over ragged pages against the plain reference.</summary>
public sealed class AttendTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private delegate void Attend(
        DeviceContext device, DevicePages pages, DevicePageTables tables,
        ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, int shares);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Attend_HeadDim32Group2_EqualsReference(int shares)
        => Check(Full32.SimulatedKernels.Attend, Full32.SimulatedKernels.AttendScratch, 32, 2, 32, shares, 1, 31, 32, 33, 0, 150);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Attend_HeadDim128Group4_EqualsReference(int shares)
        => Check(Full128.SimulatedKernels.Attend, Full128.SimulatedKernels.AttendScratch, 128, 4, 32, shares, 1, 31, 33, 70);

    [Fact]
    public void Attend_OfListedShapes_EqualsReference()
    {
        Check(FullOfListedShapes.SimulatedKernels.Shape32x2.Attend, FullOfListedShapes.SimulatedKernels.Shape32x2.AttendScratch, 32, 2, 32, 2, 1, 33, 70);
        Check(FullOfListedShapes.SimulatedKernels.Shape48x3.Attend, FullOfListedShapes.SimulatedKernels.Shape48x3.AttendScratch, 48, 3, 32, 2, 1, 33, 70);
    }

    [Fact]
    public void Require_OfAShapeThatIsNotListed_SaysWhatToAdd()
    {
        FullOfListedShapes.Kernels.Require(Shape(48, 3));
        var thrown = Assert.Throws<KernelShapeException>(() => FullOfListedShapes.Kernels.Require(Shape(64, 3)));
        Assert.Contains("has kernels for 32 x 2, 48 x 3", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("add [KernelShape(64, 3)]", thrown.Message, StringComparison.Ordinal);
        thrown = Assert.Throws<KernelShapeException>(() => FullOfNoListedShape.Kernels.Require(Shape(512, 1)));
        Assert.Contains("has no kernels", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("kernels go up to 256", thrown.Message, StringComparison.Ordinal);

        static TransformerShape Shape(int headDim, int groupSize) => new(1, groupSize, 1, headDim, 1, 1, 1);
    }

    [Fact]
    public void Attend_LanesWithoutAColumn_EqualsReference()
        => Check(Full48.SimulatedKernels.Attend, Full48.SimulatedKernels.AttendScratch, 48, 1, 16, 2, 1, 15, 16, 17, 90);

    [Fact]
    public void Attend_TwoColumnsALaneAndAPartialBlockOfHeads_EqualsReference()
        => Check(Full144.SimulatedKernels.Attend, Full144.SimulatedKernels.AttendScratch, 144, 5, 48, 2, 1, 47, 49, 66);

    [Fact]
    public void Attend_PagesOfAnotherLayout_SaysSo()
    {
        using var heads = new PagedHeads(fixture.Device, new PageLayout(32, 16, 32), [5], new Random(1));
        using var buffer = fixture.Device.Allocate<float>(1000);
        var thrown = Assert.Throws<ArgumentException>(
            () => Full32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, buffer.View, buffer.View, buffer.View, 1));
        Assert.Contains("PageTokens = 16", thrown.Message);
    }

    private void Check(Attend attend, Func<int, int, long> scratchFloats, int headDim, int group, int pageTokens, int shares, params int[] tokens)
    {
        var random = new Random(headDim + shares);
        DeviceContext device = fixture.Device;
        using var heads = new PagedHeads(device, new PageLayout(headDim, pageTokens, 32), tokens, random);
        float[] queries = PagedHeads.Uniform(random, tokens.Length * group * headDim);
        using var deviceQueries = fixture.Upload(queries);
        using var scratch = device.Allocate<float>(scratchFloats(tokens.Length, shares));
        using var output = device.Allocate<float>(queries.Length);
        fixture.InEveryOrder(() =>
        {
            attend(device, heads.Pages, heads.Tables, deviceQueries.View, scratch.View, output.View, shares);
            device.Synchronize();
            float[] actual = output.GetAsArray1D();
            for (int row = 0; row < tokens.Length * group; row++)
            {
                int head = row / group;
                double[] expected = PlainAttention.Of(
                    queries.AsSpan(row * headDim, headDim), heads.Keys[head], heads.Values[head], [.. Enumerable.Range(0, tokens[head])]);
                for (int i = 0; i < headDim; i++)
                {
                    Assert.Equal(expected[i], actual[(row * headDim) + i], 1e-4);
                }
            }
        });
    }
}

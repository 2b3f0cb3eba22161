using ILGPU;
using ILGPU.Runtime;
using KvCompose.Reference;

namespace KvCompose.Ilgpu.Tests.Kernels;

public sealed class WindowObservationTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Members = 4;
    private const int Rows = WindowObservation.Rows;
    private const int HeadDim = PagedHeads.HeadDim;

    [Fact]
    public void ColumnSums_RaggedHeads_EqualTheReference()
    {
        var random = new Random(3);
        int[] tokens = [80, 16, 33];
        int stride = tokens.Max();
        DeviceContext device = fixture.Device;
        using var heads = new PagedHeads(device, tokens, random);
        float[] queries = PagedHeads.Uniform(random, tokens.Length * Members * Rows * HeadDim);
        using var deviceQueries = fixture.Upload([.. queries.Select(q => q / MathF.Sqrt(HeadDim))]);
        using var logSumExp = device.Allocate<float>(tokens.Length * Members * Rows);
        using var sums = device.Allocate<float>(tokens.Length * Members * stride);
        var first = device.Load("WindowLogSumExp", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>>(WindowObservation.LogSumExp));
        var second = device.Load("WindowColumnSums", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(
            WindowObservation.ColumnSums));
        var group = new Index3D(WindowObservation.Threads, 1, 1);
        fixture.InEveryOrder(() =>
        {
            first(
                device.Stream, new KernelConfig(new Index3D(Members, tokens.Length, 1), group),
                heads.Pages.View, heads.Tables.Pages, heads.Tables.Starts, heads.Tables.Tokens, deviceQueries.View, logSumExp.View);
            second(
                device.Stream, new KernelConfig(new Index3D(PagedHeads.PagesOf(stride), Members, tokens.Length), group),
                heads.Pages.View, heads.Tables.Pages, heads.Tables.Starts, heads.Tables.Tokens, deviceQueries.View, logSumExp.View, sums.View, stride);
            device.Synchronize();
            float[] actual = sums.GetAsArray1D();
            for (int pair = 0; pair < tokens.Length * Members; pair++)
            {
                int head = pair / Members;
                double[,] probabilities = WindowAttention.Probabilities(
                    queries.AsSpan(pair * Rows * HeadDim, Rows * HeadDim), heads.Keys[head], Rows, tokens[head], HeadDim);
                for (int token = 0; token < tokens[head]; token++)
                {
                    double expected = Enumerable.Range(0, Rows).Sum(row => probabilities[row, token]);
                    Assert.Equal(expected, actual[(pair * stride) + token], 1e-4);
                }
            }
        });
    }
}

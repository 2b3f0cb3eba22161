using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Ilgpu.Tests.Kernels;

public sealed class DecodeAttentionTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int HeadDim = DecodeAttention.HeadDim;
    private const int Members = DecodeAttention.Members;

    [Theory]
    [InlineData(1, new[] { 96, 70, 1, 33 })]
    [InlineData(3, new[] { 200, 0, 31, 64 })]
    [InlineData(8, new[] { 5, 160 })]
    public void Attend_RaggedPages_EqualsNaiveAttention(int splits, int[] tokens)
    {
        var random = new Random(splits);
        DeviceContext device = fixture.Device;
        using var heads = new PagedHeads(device, tokens, random);
        float[] queries = PagedHeads.Uniform(random, tokens.Length * Members * HeadDim);
        using var deviceQueries = fixture.Upload([.. queries.Select(q => q / MathF.Sqrt(HeadDim))]);
        using var partial = device.Allocate<float>((long)tokens.Length * splits * Members * HeadDim);
        using var statistics = device.Allocate<float>((long)tokens.Length * splits * Members * 2);
        using var output = device.Allocate<float>((long)tokens.Length * Members * HeadDim);
        double[] expected = Naive(heads, queries);

        var attend = device.Load("Attend", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(
            DecodeAttention.Attend));
        var combine = device.Load("Combine", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(DecodeAttention.Combine));
        fixture.InEveryOrder(() =>
        {
            attend(
                device.Stream,
                new KernelConfig(new Index3D(splits, tokens.Length, 1), new Index3D(DecodeAttention.Threads, 1, 1)),
                heads.Pages.View, heads.Tables.Pages, heads.Tables.Starts, heads.Tables.Tokens, deviceQueries.View, partial.View, statistics.View);
            combine(device.Stream, new KernelConfig(tokens.Length, DecodeAttention.Threads), partial.View, statistics.View, output.View, splits);
            device.Synchronize();
            float[] actual = output.GetAsArray1D();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 1e-4);
            }
        });
    }

    private static double[] Naive(PagedHeads heads, float[] queries)
    {
        var output = new double[queries.Length];
        for (int head = 0; head < heads.Tokens.Length; head++)
        {
            for (int member = 0; member < Members; member++)
            {
                int row = ((head * Members) + member) * HeadDim;
                double[] weights = [.. Enumerable.Range(0, heads.Tokens[head]).Select(token => Math.Exp(
                    Enumerable.Range(0, HeadDim).Sum(i => (double)queries[row + i] * heads.Keys[head][(token * HeadDim) + i]) / Math.Sqrt(HeadDim)))];
                double sum = weights.Sum();
                for (int i = 0; i < HeadDim; i++)
                {
                    output[row + i] = weights.Select((weight, token) => weight / sum * heads.Values[head][(token * HeadDim) + i]).Sum();
                }
            }
        }

        return output;
    }
}

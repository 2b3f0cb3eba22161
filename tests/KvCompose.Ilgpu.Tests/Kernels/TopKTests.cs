using ILGPU;
using ILGPU.Runtime;
using KvCompose.Reference;

namespace KvCompose.Ilgpu.Tests.Kernels;

public sealed class TopKTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 5, 2)]
    [InlineData(128, 17, 3)]
    [InlineData(129, 128, 1)]
    [InlineData(700, 250, 2)]
    public void Select_ScoresWithManyTies_KeepsWhatTheReferenceKeeps(int count, int keep, int heads)
    {
        var random = new Random(count);
        float[] unusual = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f, -0f, float.Epsilon, -float.MaxValue];
        float[] scores = [.. Enumerable.Range(0, heads * count).Select(_ => random.Next(3) switch
        {
            0 => unusual[random.Next(unusual.Length)],
            1 => random.Next(4) - 2,
            _ => (float)random.NextDouble() - 0.5f,
        })];
        using var deviceScores = fixture.Upload(scores);
        using var indices = fixture.Device.Allocate<int>(heads * keep);
        var select = fixture.Device.Load("TopK", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<int>, int, int, int>(TopK.Select));
        fixture.InEveryOrder(() =>
        {
            select(fixture.Device.Stream, new KernelConfig(heads, TopK.Threads), deviceScores.View, indices.View, count, count, keep);
            fixture.Device.Synchronize();
            int[] actual = indices.GetAsArray1D();
            for (int head = 0; head < heads; head++)
            {
                double[] own = [.. scores.AsSpan(head * count, count).ToArray().Select(score => (double)score)];
                Assert.Equal(Ranking.Top(own, keep).Order(), actual[(head * keep)..((head + 1) * keep)]);
            }
        });
    }
}

extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Reference;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

public sealed class SelectKernelTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 4)]
    [InlineData(128, 17)]
    [InlineData(129, 128)]
    [InlineData(700, 250)]
    public void Select_ScoresWithManyTies_KeepsWhatTheReferenceKeeps(int count, int keep)
    {
        var random = new Random(count);
        int[] tokens = [count, count];
        float[] scores = [.. Enumerable.Range(0, 2 * count).Select(_ => Score(random))];
        using var deviceScores = fixture.Upload(scores);
        using var indices = fixture.Device.Allocate<int>(2 * count);
        using var source = Tables(tokens);
        using var targets = Tables([keep, Math.Max(1, keep / 2)]);
        fixture.InEveryOrder(() =>
        {
            Streaming32.SimulatedKernels.Select(fixture.Device, source, targets, deviceScores.View, indices.View, count);
            fixture.Device.Synchronize();
            int[] actual = indices.GetAsArray1D();
            Assert.Equal(Top(scores[..count], keep), actual[..keep]);
            Assert.Equal(Top(scores[count..], Math.Max(1, keep / 2)), actual[count..(count + Math.Max(1, keep / 2))]);
        });
    }

    [Fact]
    public void Select_OnlySinksFit_KeepsThem()
    {
        using var scores = fixture.Upload(new float[20]);
        using var indices = fixture.Device.Allocate<int>(20);
        using var source = Tables([20]);
        using var targets = Tables([4]);
        fixture.InEveryOrder(() =>
        {
            Streaming64.SimulatedKernels.Select(fixture.Device, source, targets, scores.View, indices.View, 20);
            fixture.Device.Synchronize();
            Assert.Equal([0, 1, 2, 3], indices.GetAsArray1D()[..4]);
        });
    }

    private static float Score(Random random)
    {
        float[] unusual = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f, -0f, float.Epsilon, -float.MaxValue];
        return random.Next(3) switch
        {
            0 => unusual[random.Next(unusual.Length)],
            1 => random.Next(4) - 2,
            _ => (float)random.NextDouble() - 0.5f,
        };
    }

    private static IEnumerable<int> Top(float[] scores, int keep)
        => Ranking.Top([.. scores.Select(score => (double)score)], keep).Order();

    /// <summary>Tables of which only the token counts matter.</summary>
    private DevicePageTables Tables(int[] tokens)
    {
        var layout = new PageLayout(32, 16, 32);
        int pages = tokens.Sum(count => (count + 15) / 16);
        var tables = new DevicePageTables(fixture.Device, layout, tokens.Length, pages);
        tables.Upload(tokens, new int[pages]);
        return tables;
    }
}

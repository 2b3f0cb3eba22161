using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.DeviceTests.Emitted;
using KvCompose.Ilgpu;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Package;

/// <summary>
/// Emitted kernels on ILGPU's own accelerator for processors, which has a thread for every thread of a group: a barrier takes
/// milliseconds, so these launches are tiny. Whole runs are made on the simulator.
/// </summary>
public sealed class ProcessorLaunchTests : IDisposable
{
    private readonly DeviceContext _device = DeviceContext.Open(preferProcessor: true);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Launch_KernelWithBarrierAndShuffle_GivesEveryThreadItsNeighboursValue()
    {
        const int Threads = 32;
        var data = _device.Allocate<int>(Threads);
        data.View.BaseView.CopyFromCPU(Enumerable.Range(0, Threads).ToArray());
        _device.Load("Mirror", static accelerator => accelerator.LoadKernel<ArrayView<int>>(Mirror))(
            _device.Stream, new KernelConfig(1, Threads), data.View);
        _device.Synchronize();
        Assert.Equal(Enumerable.Range(0, Threads).Select(thread => Threads - 1 - (thread ^ 1)), data.GetAsArray1D());
    }

    [Fact]
    public void Attend_OneHeadOfFiveTokens_EqualsReference()
    {
        const int D = 32, Group = 2, Tokens = 5;
        var random = new Random(1);
        var layout = new PageLayout(D, 32, 32);
        float[] keys = Uniform(random, Tokens * D), values = Uniform(random, Tokens * D), queries = Uniform(random, Group * D);
        using var pages = new DevicePages(_device, layout, capacity: 1);
        using var tables = new DevicePageTables(_device, layout, heads: 1, capacity: 1);
        pages.Upload(0, PageOf(layout, keys, values));
        tables.Upload([Tokens], [0]);
        var deviceQueries = _device.Allocate<float>(queries.Length);
        deviceQueries.View.BaseView.CopyFromCPU(queries);
        var scratch = _device.Allocate<float>(Full32.Kernels.AttendScratch(1, 1));
        var output = _device.Allocate<float>(queries.Length);

        Full32.Kernels.Attend(_device, pages, tables, deviceQueries.View, scratch.View, output.View, shares: 1);
        _device.Synchronize();

        float[] actual = output.GetAsArray1D();
        for (int member = 0; member < Group; member++)
        {
            double[] expected = PlainAttention.Of(queries.AsSpan(member * D, D), keys, values, [.. Enumerable.Range(0, Tokens)]);
            for (int i = 0; i < D; i++)
            {
                Assert.Equal(expected[i], actual[(member * D) + i], 1e-5);
            }
        }
    }

    [Fact]
    public void Select_TwentyTokensWithTies_KeepsWhatTheReferenceKeeps()
    {
        const int Tokens = 20, Keep = 7;
        float[] scores = [.. Enumerable.Range(0, Tokens).Select(token => (float)(token * 7 % 5))];
        var layout = new PageLayout(32, 16, 32);
        using var source = new DevicePageTables(_device, layout, heads: 1, capacity: 2);
        using var targets = new DevicePageTables(_device, layout, heads: 1, capacity: 1);
        source.Upload([Tokens], [0, 0]);
        targets.Upload([Keep], [0]);
        var deviceScores = _device.Allocate<float>(Tokens);
        deviceScores.View.BaseView.CopyFromCPU(scores);
        var indices = _device.Allocate<int>(Tokens);

        Streaming32.Kernels.Select(_device, source, targets, deviceScores.View, indices.View, Tokens);
        _device.Synchronize();

        Assert.Equal(Ranking.Top([.. scores.Select(score => (double)score)], Keep).Order(), indices.GetAsArray1D()[..Keep]);
    }

    private static void Mirror(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(32);
        shared[Group.IdxX] = data[Group.IdxX];
        Group.Barrier();
        int mirrored = shared[Group.DimX - 1 - Group.IdxX];
        data[Group.IdxX] = Warp.ShuffleXor(mirrored, 1);
    }

    private static float[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

    /// <summary>A page with the first tokens of a head: keys in tiles [d][16], values [tokens][d], positions.</summary>
    private static byte[] PageOf(PageLayout layout, float[] keys, float[] values)
    {
        var bytes = new byte[layout.PageBytes];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        int d = layout.HeadDim;
        for (int token = 0; token < keys.Length / d; token++)
        {
            for (int i = 0; i < d; i++)
            {
                floats[(token / 16 * 16 * d) + (i * 16) + (token % 16)] = keys[(token * d) + i];
                floats[(layout.ValueOffset / sizeof(float)) + (token * d) + i] = values[(token * d) + i];
            }

            MemoryMarshal.Cast<float, int>(floats)[(layout.PositionOffset / sizeof(float)) + token] = token;
        }

        return bytes;
    }
}

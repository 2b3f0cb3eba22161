using KvCompose.Benchmarks.Pipelines;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The figures of the group <c>core</c>.</summary>
internal static class CoreFigures
{
    private const int Depth = 32_768;
    private const int Group = 4;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        yield return ("decodeAttentionShare", Math.Min(AttentionShare(64), AttentionShare(128)));
        yield return ("observationOverhead", ObservationOverhead());
        yield return ("allocatedBytesPerToken", AllocatedBytesPerToken());
        yield return ("generatorMsPerKeystroke", GeneratorKeystroke.MedianMilliseconds(pipelines: 50, otherFiles: 50));
    }

    /// <summary>Bytes of keys and values that decode attention reads a second, over those of a plain sum of as many bytes.</summary>
    public static double AttentionShare(int headDim)
    {
        const int heads = 4;
        using var workers = new WorkerPool(2);
        var model = new AttentionOnlyModel(new TransformerShape(1, heads * Group, heads, headDim, 16, 16, Depth + 4096), workers);
        using KvSession session = headDim == 64 ? Full64.Open(model) : Full128.Open(model);
        session.FillRandom(Depth);
        using var sum = new PlainSum(2L * heads * Depth * headDim, workers);
        int[] token = [1];
        return Timing.MedianRatio(() => sum.Run(), () => session.Step(token), rounds: 60, warmups: 10);
    }

    /// <summary>Prefill of 8K tokens with the observation of a window over the same without, minus 1.</summary>
    private static double ObservationOverhead()
    {
        const int tokens = 8192;
        using var workers = new WorkerPool(2);
        var model = new AttentionOnlyModel(new TransformerShape(2, 4 * Group, 4, 64, 16, 16, tokens), workers);
        using var with = Snap64.Open(model);
        using var without = Streaming64.Open(model);
        var prompt = new int[tokens];
        return Timing.MedianRatio(() => with.Prefill(prompt), () => without.Prefill(prompt), rounds: 9) - 1;
    }

    private static double AllocatedBytesPerToken()
    {
        const int steps = 256;
        using var workers = new WorkerPool(2);
        var model = new AttentionOnlyModel(new TransformerShape(2, 4 * Group, 4, 64, 16, 16, 8192), workers);
        using var session = Full64.Open(model);
        session.FillRandom(1024);
        int[] token = [1];
        for (int i = 0; i < steps; i++)
        {
            session.Step(token);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < steps; i++)
        {
            session.Step(token);
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / steps;
    }
}

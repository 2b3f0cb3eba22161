using KvCompose.Benchmarks.Pipelines;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The figures of the group <c>storage</c>: attention of a decode step over 32K tokens in single precision, over the same in fewer bits or channels.</summary>
internal static class StorageFigures
{
    private const int Depth = 32_768;
    private const int Threads = 2;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        using var workers = new WorkerPool(Threads);
        var model = new AttentionOnlyModel(new TransformerShape(2, 16, 4, 64, 16, 16, Depth + 4096), workers);
        using var half = Half64.Open(model);
        yield return ("fp16Speedup32K", Speedup(model, half));
        using var bytes = Bytes64.Open(model);
        yield return ("int8Speedup32K", Speedup(model, bytes));
        yield return ("int8BytesShare", (double)Bytes64.Plan.PageBytes / Full64.Plan.PageBytes);
        using var nibbles = Nibbles64.Open(model);
        yield return ("int4Speedup32K", Speedup(model, nibbles));
        yield return ("int4BytesShare", (double)Nibbles64.Plan.PageBytes / Full64.Plan.PageBytes);
        using var thin = Thin64.Open(model);
        yield return ("thinKSpeedup32K", Speedup(model, thin));
        yield return ("thinKBytesShare", (double)Thin64.Plan.PageBytes / Full64.Plan.PageBytes);
    }

    private static double Speedup(AttentionOnlyModel model, KvSession session)
    {
        using var full = Full64.Open(model);
        full.FillRandom(Depth);
        session.FillRandom(Depth);
        int[] token = [1];
        return Timing.MedianRatio(() => full.Step(token), () => session.Step(token), rounds: 60, warmups: 40);
    }
}

using KvCompose.Benchmarks.Pipelines;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>shapes</c>: attention of a decode step over 8K tokens by the pipeline of a stated shape, relative to the open one, whose
/// figure is 1 where both are equally fast and below where the open one is slower.
/// </summary>
internal static class ShapeFigures
{
    private const int Depth = 8192;
    private const int Threads = 2;
    private const int KeyValueHeads = 4;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        yield return Figure(64, 1, model => Full64x1.Open(model));
        yield return Figure(64, 2, model => Full64x2.Open(model));
        yield return Figure(64, 3, model => Full64x3.Open(model));
        yield return Figure(64, 4, model => Full64x4.Open(model));
        yield return Figure(64, 7, model => Full64x7.Open(model));
        yield return Figure(64, 8, model => Full64x8.Open(model));
        yield return Figure(128, 1, model => Full128x1.Open(model));
        yield return Figure(128, 2, model => Full128x2.Open(model));
        yield return Figure(128, 3, model => Full128x3.Open(model));
        yield return Figure(128, 4, model => Full128x4.Open(model));
        yield return Figure(128, 7, model => Full128x7.Open(model));
        yield return Figure(128, 8, model => Full128x8.Open(model));
        yield return Figure(256, 1, model => Full256x1.Open(model));
        yield return Figure(256, 2, model => Full256x2.Open(model));
        yield return Figure(256, 3, model => Full256x3.Open(model));
        yield return Figure(256, 4, model => Full256x4.Open(model));
        yield return Figure(256, 7, model => Full256x7.Open(model));
        yield return Figure(256, 8, model => Full256x8.Open(model));
    }

    private static (string Name, double Value) Figure(int headDim, int groupSize, Func<AttentionOnlyModel, KvSession> open)
    {
        using var workers = new WorkerPool(Threads);
        var model = new AttentionOnlyModel(new TransformerShape(1, groupSize * KeyValueHeads, KeyValueHeads, headDim, 16, 16, Depth + 4096), workers);
        using KvSession stated = open(model), any = FullOfAnyShape.Open(model);
        stated.FillRandom(Depth);
        any.FillRandom(Depth);
        int[] token = [1];
        return ($"open{headDim}x{groupSize}", Timing.MedianRatio(() => stated.Step(token), () => any.Step(token), rounds: 80, warmups: 20));
    }
}

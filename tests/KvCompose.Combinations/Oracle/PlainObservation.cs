using KvCompose.Combinations.Catalogue;
using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>What the stages of a combination see of one layer: every probability is made, every sum is taken by itself.</summary>
internal sealed class PlainObservation
{
    private readonly StageChoice _selection;
    private readonly HeadLayout _heads;
    private readonly bool _collects;
    private readonly double[][] _perQueryHead;

    private PlainObservation(StageChoice selection, PlainModel model, int[] positions, int promptTokens, float[] queries, float[] keys)
    {
        HeadLayout heads = model.Heads;
        (_selection, _heads) = (selection, heads);
        _collects = (selection.Facts.Observes & AttentionStatistics.CollectedProbabilities) != 0 && selection.Option(OptionRole.DecodeEviction, true);
        int tokens = positions.Length, rows = Math.Min(RowsOf(selection), tokens);
        int scored = _collects ? tokens : Math.Max(0, tokens - selection.Option(OptionRole.Window, 0));
        IPlainScore score = PlainStages.Score(selection);
        double entropy = 0, variance = 0;
        _perQueryHead = new double[heads.QueryHeads][];
        for (int head = 0; head < heads.QueryHeads; head++)
        {
            ReadOnlySpan<float> own = queries.AsSpan(head * tokens * heads.HeadDim, tokens * heads.HeadDim);
            ReadOnlySpan<float> shared = keys.AsSpan(head / heads.Group * tokens * heads.HeadDim, tokens * heads.HeadDim);
            double[,] window = rows == 0
                ? new double[0, tokens]
                : WindowAttention.Probabilities(own[((tokens - rows) * heads.HeadDim)..], shared, rows, tokens, heads.HeadDim, model.SoftCap);
            double[] all = (selection.Facts.Observes & AttentionStatistics.AllRowsSum) == 0
                ? new double[tokens]
                : Reference.H2o.Accumulated(own, shared, tokens, heads.HeadDim, 1, softCap: model.SoftCap);
            _perQueryHead[head] = new double[scored];
            for (int token = 0; token < scored; token++)
            {
                double[] column = [.. Enumerable.Range(0, rows).Select(row => window[row, token])];
                double spread = Variance(column);
                _perQueryHead[head][token] = score.Score(new TokenStatistics
                {
                    Position = positions[token],
                    PromptTokens = promptTokens,
                    WindowSum = (float)column.Sum(),
                    WindowVariance = (float)spread,
                    AllRowsSum = (float)all[token],
                    KeyNorm = Norm(shared.Slice(token * heads.HeadDim, heads.HeadDim)),
                });
                variance += spread;
                entropy -= column.Sum(static a => (double)(float)a * Math.Log((float)a + 1e-10));
            }
        }

        // Nothing is looked at where everything is protected.
        bool observed = tokens > selection.Option(OptionRole.Sinks, 0) + selection.Option(OptionRole.Window, 0);
        Statistics = observed ? new LayerStatistics(tokens, entropy, variance) : new LayerStatistics(tokens, 0, 0);
        Scores = [.. _perQueryHead.Chunk(heads.Group).Select(group => Reduced([.. group.Select(Pooled)]))];
    }

    /// <summary>What a layer budget sees.</summary>
    public LayerStatistics Statistics { get; }

    /// <summary>[Hkv][scored tokens], pooled and reduced.</summary>
    public double[][] Scores { get; }

    /// <summary>Observes one layer.</summary>
    public static PlainObservation Of(StageChoice selection, PlainModel model, int[] positions, int promptTokens, float[] queries, float[] keys)
        => new(selection, model, positions, promptTokens, queries, keys);

    private static int RowsOf(StageChoice selection) => selection.Option(OptionRole.ObservedRows, selection.Option(OptionRole.Window, 0));

    private static double Variance(double[] column)
    {
        double mean = column.DefaultIfEmpty().Average();
        return column.Sum(a => (a - mean) * (a - mean)) / Math.Max(1, column.Length - 1);
    }

    private static float Norm(ReadOnlySpan<float> key)
    {
        double sum = 0;
        foreach (float element in key)
        {
            sum += (double)element * element;
        }

        return (float)Math.Sqrt(sum);
    }

    private double[] Pooled(double[] scores)
        => Pooling.Apply(
            scores, _selection.Choice(OptionRole.Pooling, _selection.Scoring.Pooling), _selection.Option(OptionRole.PoolingKernel, _selection.Scoring.PoolingKernel));

    private double[] Reduced(double[][] group)
        => GroupReduce.Apply(group, _selection.Choice(OptionRole.Reduction, _selection.Scoring.Reduction));
}

namespace KvCompose.Reference.PyramidInfer;

/// <summary>How the kept share falls with depth.</summary>
public enum PyramidSchedule
{
    /// <summary>ρ_l = (1 − decay)·(cos(πl/L) + 1)/2 + decay.</summary>
    Cosine,

    /// <summary>ρ_l = decay + (1 − decay)·l/L.</summary>
    Linear,
}

/// <summary>Settings of PyramidInfer's prompt.</summary>
/// <param name="RecentShare">Share of the prompt whose rows observe, one more besides.</param>
/// <param name="Decay">Share that remains at the end of the schedule.</param>
/// <param name="Schedule">How the share falls.</param>
/// <param name="LeastContext">Rows before the recent ones below which nothing is cut.</param>
/// <param name="Sinks">First rows that stay.</param>
/// <param name="DistanceWeight">Weight of the last observing row; the first has 1.</param>
/// <param name="Every">Layers between two cuts.</param>
public sealed record PyramidInferSettings(
    double RecentShare = 0.2,
    double Decay = 0.9,
    PyramidSchedule Schedule = PyramidSchedule.Cosine,
    int LeastContext = 64,
    int Sinks = 4,
    double DistanceWeight = 1.2,
    int Every = 1)
{
    /// <summary>R.</summary>
    public int Recent(int rows) => (int)(rows * RecentShare);

    /// <summary>ρ of a layer.</summary>
    public double Ratio(int layer, int layers) => Schedule == PyramidSchedule.Linear
        ? Decay + (1 - Decay) * layer / layers
        : (1 - Decay) * (Math.Cos(Math.PI * layer / layers) + 1) / 2 + Decay;

    /// <summary>The least context, at most what there is.</summary>
    public int EffectiveLeast(int rows) => Math.Min(LeastContext, rows - 1 - Recent(rows));
}

/// <summary>PyramidInfer: every layer hands on a little less than it got.</summary>
/// <remarks>
/// Scores of the context by the last 1 + R rows, averaged over all heads and, with weights that rise towards the end, over the rows.
/// Source: Yang et al., "PyramidInfer: Pyramid KV Cache Compression for High-throughput LLM Inference", arXiv 2405.12532.
/// </remarks>
public sealed class PyramidInferLayers(PyramidInferSettings settings, int rows, int layers)
{
    private int[] _present = [.. Enumerable.Range(0, rows)];

    /// <summary>Positions that reach the next layer.</summary>
    public int[] Present => _present;

    /// <summary>One layer: returns the scores of its context, none where it doesn't cut.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="queries">[Hq][1 + R][d].</param>
    /// <param name="keys">[H][n][d] of all positions.</param>
    public double[] Layer(int layer, double[][][] queries, double[][][] keys)
    {
        if (layer % settings.Every != 0)
        {
            return [];
        }

        int observing = 1 + settings.Recent(rows), context = _present.Length - observing;
        double[] scores = Scores(queries, keys, observing, context);
        int kept = (int)(context * settings.Ratio(layer, layers));
        if (kept > settings.EffectiveLeast(rows) && kept < context)
        {
            double[] protectedScores = [.. scores.Select((x, j) => j < settings.Sinks ? double.PositiveInfinity : x)];
            _present = [.. Ranking.Top(protectedScores, kept).Order().Select(index => _present[index]), .. _present[context..]];
        }

        return scores;
    }

    private double[] Scores(double[][][] queries, double[][][] keys, int observing, int context)
    {
        int group = queries.Length / keys.Length;
        var scores = new double[context];
        for (int head = 0; head < queries.Length; head++)
        {
            double[][] present = [.. _present.Select(position => keys[head / group][position])];
            for (int row = 0; row < observing; row++)
            {
                double[] attention = Numbers.Attention(queries[head][row], present[..(context + row + 1)]);
                double weight = observing == 1 ? 1 : 1 + (settings.DistanceWeight - 1) * row / (observing - 1);
                for (int j = 0; j < context; j++)
                {
                    scores[j] += attention[j] * weight / (observing * queries.Length);
                }
            }
        }

        return scores;
    }
}

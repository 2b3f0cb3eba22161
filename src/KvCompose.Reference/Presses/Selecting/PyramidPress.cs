using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Reference.Presses.Selecting;

/// <summary>PyramidKV in shares: budgets that fall linearly with depth around n·(1 − r), with SnapKV's scores.</summary>
/// <param name="Scorer">SnapKV's scores; their window is w.</param>
/// <param name="Beta">β, steepness.</param>
/// <remarks>Source: Cai et al., arXiv 2406.02069, in the reading of the kvpress package.</remarks>
public sealed record PyramidPress(WindowScore Scorer, double Beta = 20) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int kept = Budget(layer.Rows, removed, Scorer.Window, Beta, layer.Index, layer.Layers);
        return PressOutcome.Of(layer, [.. Scorer.Score(layer, removed).Select(head => Ranking.Top(head, kept))]);
    }

    /// <summary>
    /// Rows that a layer keeps. lo = n(1 − r)/β, hi = 2n(1 − r) − lo, clipped so that hi ≤ n − w; where not n ≥ hi ≥ lo ≥ w, every
    /// layer keeps round(n(1 − r)). Halves round to even.
    /// </summary>
    public static int Budget(int rows, double removed, int window, double beta, int layer, int layers)
    {
        double share = rows * (1 - removed), capacity = window + share;
        double least = (capacity - window) / beta, most = (capacity - window) * 2 - least;
        if (most >= rows - window)
        {
            most = rows - window;
            least = (capacity - window) * 2 - most;
        }

        if (!(rows >= most && most >= least && least >= window))
        {
            return Math.Max(1, (int)Math.Round(share, MidpointRounding.ToEven));
        }

        double step = layers > 1 ? (most - least) / (layers - 1) : 0;
        return (int)Math.Round(most - layer * step, MidpointRounding.ToEven);
    }
}

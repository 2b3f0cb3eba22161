namespace KvCompose.Reference.HeteroCache;

/// <summary>Watches the pivots of one layer: W queries are collected, then every star is looked at. Spec §1.5.</summary>
public sealed class DriftMonitor
{
    private readonly HeteroSettings settings;
    private readonly IReadOnlyList<PivotGroup> stars;
    private readonly int[] pivots;
    private readonly int[][] references;
    private readonly List<float[]> window = [];

    /// <summary>Starts with the reference sets of the prompt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window is shorter than one step.</exception>
    public DriftMonitor(HeteroSettings settings, IReadOnlyList<PivotGroup> stars, PromptSelection selection)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Window, 1);
        this.settings = settings;
        this.stars = stars;
        pivots = selection.Pivots;
        references = [.. selection.References];
    }

    /// <summary>Takes the queries of one token; looks at the stars when it was the last of a window.</summary>
    /// <param name="step">Decode step, from 0.</param>
    /// <param name="queries">[query head, headDim].</param>
    /// <param name="score">Scores of the prompt's tokens for a pivot under the queries of one token.</param>
    /// <param name="capacity">[head]: prompt tokens that a refresh brings.</param>
    /// <returns>One look a star, in the order of the stars; none in the middle of a window.</returns>
    public IReadOnlyList<DriftCheck> Push(int step, float[] queries, Func<int, float[], double[]> score, IReadOnlyList<int> capacity)
    {
        window.Add(queries);
        if (window.Count < settings.Window)
        {
            return [];
        }

        DriftCheck[] checks = [.. stars.Select((star, index) => Look(step, index, star, score, capacity))];
        window.Clear();
        return checks;
    }

    private DriftCheck Look(int step, int index, PivotGroup star, Func<int, float[], double[]> score, IReadOnlyList<int> capacity)
    {
        int slot = settings.Defects.HasFlag(PublishedDefects.SlotMismatch) ? index : Array.IndexOf(pivots, star.Pivot);
        int size = references[slot].Length;
        double[][] scores = [.. window.Select(queries => score(star.Pivot, queries))];
        double[] coefficients = [.. scores.Select(s => Overlap.DriftCoefficient(PromptScores.Best(s, size), references[slot]))];
        double median = Median.Of(coefficients);
        StarRefresh? refresh = median < settings.DriftThreshold
            ? StarRefresh.Of(scores[^1], [.. star.Satellites.Select(satellite => capacity[satellite])], size, settings.Defects)
            : null;
        references[slot] = refresh?.Reference ?? references[slot];
        return new DriftCheck(step, star.Pivot, index, pivots[slot], coefficients, median, refresh);
    }
}

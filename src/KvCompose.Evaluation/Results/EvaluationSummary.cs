namespace KvCompose.Evaluation;

/// <summary>The table of an evaluation.</summary>
/// <param name="Setting">What the cells have in common.</param>
/// <param name="Rows">The baseline, then the others by name, each from the largest budget to the smallest.</param>
/// <param name="Bandwidth">Bytes a second that the machine reads, or 0 when not measured.</param>
public sealed record EvaluationSummary(EvaluationSetting Setting, IReadOnlyList<PipelineSummary> Rows, double Bandwidth)
{
    /// <summary>Puts the cells together.</summary>
    /// <param name="setting">What they have in common.</param>
    /// <param name="cells">The cells; those of tasks, lengths and modes that the baseline lacks are left out.</param>
    /// <param name="bandwidth">Bytes a second that the machine reads, or 0.</param>
    public static EvaluationSummary Of(EvaluationSetting setting, IReadOnlyCollection<CellResult> cells, double bandwidth)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(cells);
        Dictionary<(string, int, QuestionMode), CellResult> baseline =
            cells.Where(cell => cell.Key.Pipeline == setting.Baseline).ToDictionary(cell => (cell.Key.Task, cell.Key.Length, cell.Key.Mode));
        CellResult[] compared = [.. cells.Where(cell => baseline.ContainsKey((cell.Key.Task, cell.Key.Length, cell.Key.Mode)))];
        return new EvaluationSummary(
            setting,
            [.. compared.GroupBy(cell => (cell.Key.Pipeline, cell.Key.Budget))
                .OrderBy(row => row.Key.Pipeline != setting.Baseline).ThenBy(row => row.Key.Pipeline, StringComparer.Ordinal).ThenByDescending(row => row.Key.Budget)
                .Select(row => Row([.. row], compared, baseline))],
            bandwidth);
    }

    private static PipelineSummary Row(
        CellResult[] row, CellResult[] all, Dictionary<(string, int, QuestionMode), CellResult> baseline)
    {
        CellKey key = row[0].Key;
        Accuracy? Of(QuestionMode mode)
        {
            CellResult[] tasks = [.. row.Where(cell => cell.Key.Mode == mode)];
            double[][] scores = [.. tasks.Select(cell => cell.Scores())];
            return tasks.Length == 0 ? null : new Accuracy(
                PairedBootstrap.Mean(scores),
                PairedBootstrap.Difference(scores, [.. tasks.Select(cell => baseline[(cell.Key.Task, cell.Key.Length, mode)].Scores())]));
        }

        QuestionMode leading = row.Min(cell => cell.Key.Mode);
        Fidelity[] fidelity = [.. row.Where(cell => cell.Key.Mode == leading).Select(cell => cell.Fidelity).OfType<Fidelity>()];
        int longest = row.Max(cell => cell.Key.Length);
        CellCost cost = Mean([.. row.Where(cell => cell.Key.Length == longest && cell.Key.Mode == leading).Select(cell => cell.Cost)]);
        CellCost full = Mean([.. baseline.Values.Where(cell => cell.Key.Length == longest && cell.Key.Mode == leading).Select(cell => cell.Cost)]);
        return new PipelineSummary(
            key.Pipeline, key.Budget, Of(QuestionMode.QueryAgnostic), Of(QuestionMode.QueryAware),
            fidelity.Length == 0 ? null : fidelity.Average(cell => cell.Agreement), fidelity.Length == 0 ? null : fidelity.Average(cell => cell.Divergence),
            cost,
            CostLine.Fit([.. all.Where(cell => cell.Key.Pipeline == key.Pipeline).Select(cell => ((double)cell.Cost.BytesHeld, cell.Cost.PerTokenMs))]),
            BreakEven.OutputTokens(cost.FirstTokenMs, cost.PerTokenMs, full.FirstTokenMs, full.PerTokenMs));
    }

    private static CellCost Mean(CellCost[] costs) => new(
        costs.Average(cost => cost.TokensKept), (long)costs.Average(cost => cost.BytesHeld), costs.Max(cost => cost.PeakBytes),
        costs.Average(cost => cost.FirstTokenMs), costs.Average(cost => cost.PerTokenMs), costs.Max(cost => cost.LowerTierBytes),
        costs.Average(cost => cost.BytesMovedPerStep));
}

using System.Globalization;
using KvCompose.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvCompose.Samples.Needle.Display;

/// <summary>What the table shows and what it does not: which pipelines lose against the full cache, at which n, and the smallest that does not.</summary>
internal static class Verdict
{
    private const double Significance = 0.05;

    /// <summary>The 95 % interval of a score, in percent.</summary>
    public static string Interval(NeedleScore score)
    {
        ConfidenceInterval interval = WilsonInterval.Of(score.Exact, score.Answers);
        return string.Create(CultureInfo.InvariantCulture, $"{100 * interval.Low:F0}–{100 * interval.High:F0}");
    }

    /// <summary>The verdict on runs that have answered the same questions; the first that keeps everything is the baseline.</summary>
    public static IRenderable Of(IReadOnlyList<PipelineRun> runs)
    {
        int n = runs[0].Score.Answers;
        string intervals = $"n = {n} questions; 95 %: Wilson intervals, in percent.";
        if (runs.FirstOrDefault(run => run.KeepsEverything) is not { } baseline || runs.Count == 1)
        {
            return new Text(intervals + "\n");
        }

        PipelineRun[] others = [.. runs.Where(run => run != baseline)];
        PipelineRun[] worse = [.. others.Where(run => IsWorse(run.Score, baseline.Score))];
        PipelineRun[] equal = [.. others.Except(worse)];
        var lines = new List<string>
        {
            intervals,
            worse.Length == 0
                ? $"No pipeline is worse than {baseline.Name} (exact sign test, p < {Text(Significance)})."
                : $"Worse than {baseline.Name} (exact sign test, p < {Text(Significance)}): {Names(worse)}.",
        };
        if (equal.Length > 0)
        {
            PipelineRun smallest = equal.MinBy(Bytes)!;
            lines.Add($"No difference shown at this n: {Names(equal)}.");
            lines.Add($"Smallest of these, peak and host bytes together: {Label(smallest)}, {Mebibytes(Bytes(smallest))} of {Mebibytes(Bytes(baseline))} MiB.");
        }

        return new Text(string.Join('\n', lines) + "\n");
    }

    private static bool IsWorse(NeedleScore score, NeedleScore baseline)
    {
        (bool Own, bool Baseline)[] pairs = [.. score.Outcomes.Zip(baseline.Outcomes)];
        int lost = pairs.Count(pair => !pair.Own && pair.Baseline), won = pairs.Count(pair => pair.Own && !pair.Baseline);
        return lost > won && SignTest.PValue(lost, won) < Significance;
    }

    private static long Bytes(PipelineRun run) => run.Score.PeakBytes + run.Score.HostBytes;

    private static string Names(IEnumerable<PipelineRun> runs) => string.Join(", ", runs.Select(Label));

    private static string Label(PipelineRun run) => run.Budget is null or "all" ? run.Name : $"{run.Name} at {run.Budget}";

    private static string Mebibytes(long bytes) => Text(Math.Round(bytes / (double)(1 << 20), 2));

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}

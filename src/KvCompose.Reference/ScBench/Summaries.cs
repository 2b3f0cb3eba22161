namespace KvCompose.Reference.ScBench;

/// <summary>A scored answer.</summary>
/// <param name="Turn">Its turn.</param>
/// <param name="Task">Its part of a mixed task; null in others.</param>
/// <param name="Score">In [0, 1].</param>
public sealed record ScoredAnswer(int Turn, string? Task, double Score);

/// <summary>The line that sums a task up: means in per cent, three decimals.</summary>
public static class Summaries
{
    /// <summary>One mean a turn in the order of appearance, or one over all; in a mixed task one for each part.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="byTurn">Whether turns are kept apart.</param>
    /// <param name="parts">The parts of a mixed task in order; empty for others.</param>
    public static string Line(IReadOnlyList<ScoredAnswer> answers, bool byTurn, IReadOnlyList<string> parts)
    {
        IEnumerable<IEnumerable<ScoredAnswer>> groups = byTurn ? answers.GroupBy(answer => answer.Turn) : [answers];
        return string.Join(',', groups.SelectMany(group => parts.Count == 0
            ? [Mean(group)]
            : parts.Select(part => Mean(group.Where(answer => answer.Task == part)))));
    }

    private static string Mean(IEnumerable<ScoredAnswer> answers)
        => Rounding.Text(answers.Select(answer => answer.Score).DefaultIfEmpty(0).Average() * 100, 3);
}

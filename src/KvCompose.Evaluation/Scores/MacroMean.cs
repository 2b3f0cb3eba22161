namespace KvCompose.Evaluation;

/// <summary>How the scores of answers become one figure, as RULER does it.</summary>
public static class MacroMean
{
    /// <summary>Mean of one task's scores, times 100, rounded to two digits.</summary>
    /// <param name="scores">Scores from 0 to 1; the mean of none is 0.</param>
    public static double OfTask(IEnumerable<double> scores) => Math.Round(100 * scores.DefaultIfEmpty().Average(), 2);

    /// <summary>
    /// Mean of the tasks' figures, rounded to two digits: every task counts the same, however many answers it has. Means over different
    /// sets of tasks cannot be compared.
    /// </summary>
    /// <param name="tasks">One figure a task.</param>
    public static double OfTasks(IEnumerable<double> tasks) => Math.Round(tasks.DefaultIfEmpty().Average(), 2);
}

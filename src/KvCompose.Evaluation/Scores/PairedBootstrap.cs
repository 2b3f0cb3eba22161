namespace KvCompose.Evaluation;

/// <summary>A mean with the interval that holds it with 95 % confidence.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">2.5th percentile of the resampled means.</param>
/// <param name="High">97.5th percentile of the resampled means.</param>
public readonly record struct ConfidenceInterval(double Mean, double Low, double High)
{
    /// <summary>Whether 0 lies outside: for a difference, whether it is more than chance.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;
}

/// <summary>
/// Compares two methods that answered the same questions: the differences of their scores are resampled question by question, within
/// every task, and tasks count the same. Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993 (percentile interval).
/// </summary>
public static class PairedBootstrap
{
    private const int Resamples = 2000;
    private const ulong Seed = 42;

    /// <summary>The macro mean of one method's scores.</summary>
    /// <param name="tasks">For every task the scores of its questions.</param>
    public static ConfidenceInterval Mean(IReadOnlyList<double[]> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (tasks.Count == 0 || tasks.Any(scores => scores.Length == 0))
        {
            throw new ArgumentException("a task without scores", nameof(tasks));
        }

        var random = new SeededRandom(Seed);
        var means = new double[Resamples];
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = tasks.Average(scores => Resampled(scores, random));
        }

        Array.Sort(means);
        return new ConfidenceInterval(tasks.Average(scores => scores.Average()), Percentile(means, 0.025), Percentile(means, 0.975));
    }

    /// <summary>The macro mean of method minus baseline.</summary>
    /// <param name="method">For every task the scores of its questions.</param>
    /// <param name="baseline">The same questions in the same order.</param>
    public static ConfidenceInterval Difference(IReadOnlyList<double[]> method, IReadOnlyList<double[]> baseline)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(baseline);
        if (!method.Select(scores => scores.Length).SequenceEqual(baseline.Select(scores => scores.Length)))
        {
            throw new ArgumentException("method and baseline answered different questions", nameof(baseline));
        }

        return Mean([.. method.Zip(baseline, (ours, theirs) => ours.Zip(theirs, (a, b) => a - b).ToArray())]);
    }

    private static double Resampled(double[] scores, SeededRandom random)
    {
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            sum += scores[random.Next(scores.Length)];
        }

        return sum / scores.Length;
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}

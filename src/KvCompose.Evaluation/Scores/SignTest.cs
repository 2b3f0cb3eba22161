namespace KvCompose.Evaluation;

/// <summary>
/// Whether two methods that answered the same questions differ: the exact two-sided sign test over the questions that only one of them
/// answered right. Source: Dixon and Mood, "The Statistical Sign Test", JASA 41, 1946.
/// </summary>
public static class SignTest
{
    /// <summary>The probability of a difference at least this large if each such question is a fair coin; 1 without such questions.</summary>
    /// <param name="onlyFirst">Questions that only the first method answered right.</param>
    /// <param name="onlySecond">Questions that only the second method answered right.</param>
    public static double PValue(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        int n = onlyFirst + onlySecond, least = Math.Min(onlyFirst, onlySecond);
        double probability = Math.Pow(0.5, n), tail = 0;
        for (int k = 0; k <= least; k++)
        {
            tail += probability;
            probability *= (double)(n - k) / (k + 1);
        }

        return Math.Min(1, 2 * tail);
    }
}

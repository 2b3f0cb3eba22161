namespace KvCompose.Reference;

/// <summary>CAKE's score of a prefix token: the attention it holds, and how much that attention moves.</summary>
public static class CakeIndicator
{
    /// <summary>Mean over the group of pool(mean + γ · variance).</summary>
    /// <param name="group">Statistics of the G query heads of one KV head.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="kernel">Odd width of the average pooling; its divisor is the kernel at the borders too.</param>
    /// <returns>[n − w].</returns>
    public static double[] Of(IReadOnlyList<CakeHeadStatistics> group, double gamma, int kernel)
    {
        var pooled = new double[group.Count][];
        for (int member = 0; member < group.Count; member++)
        {
            double[] score = (double[])group[member].Mean.Clone();
            for (int token = 0; token < score.Length; token++)
            {
                score[token] += gamma * group[member].Variance[token];
            }

            pooled[member] = Pooling.Apply(score, PoolingKind.Average, kernel);
        }

        return GroupReduce.Apply(pooled, GroupReduction.Mean);
    }
}

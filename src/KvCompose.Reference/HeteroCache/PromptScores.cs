namespace KvCompose.Reference.HeteroCache;

/// <summary>How prompt tokens are scored for a key-value head, everywhere at run time. Spec §1.4.</summary>
/// <param name="Pooling">How neighbouring probabilities are smoothed; average by default.</param>
/// <param name="Kernel">Width of the smoothing, odd; 5 by default.</param>
public readonly record struct PromptScores(PoolingKind Pooling, int Kernel)
{
    /// <summary>
    /// softmax(q·k/√d) over the prompt's keys alone for each query head of the group, pooled over positions, then the maximum over
    /// the group.
    /// </summary>
    /// <param name="queries">[group, headDim], one token's queries of the group.</param>
    /// <param name="keys">[tokens, headDim], the head's keys of the prompt.</param>
    /// <param name="headDim">d.</param>
    /// <returns>[tokens].</returns>
    public double[] Of(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int headDim)
    {
        int tokens = keys.Length / headDim;
        var members = new double[queries.Length / headDim][];
        for (int member = 0; member < members.Length; member++)
        {
            double[,] probabilities = WindowAttention.Probabilities(queries.Slice(member * headDim, headDim), keys, 1, tokens, headDim);
            members[member] = Reference.Pooling.Apply([.. probabilities.Cast<double>()], Pooling, Kernel);
        }

        return GroupReduce.Apply(members, GroupReduction.Max);
    }

    /// <summary>The best positions, ascending.</summary>
    public static int[] Best(double[] scores, int count)
    {
        int[] best = Ranking.Top(scores, count);
        Array.Sort(best);
        return best;
    }
}

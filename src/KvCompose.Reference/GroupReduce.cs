namespace KvCompose.Reference;

/// <summary>Scores of the G query heads of a group become those of their key-value head.</summary>
public static class GroupReduce
{
    /// <summary>Reduces scores [group][tokens] to [tokens].</summary>
    public static double[] Apply(IReadOnlyList<double[]> scores, GroupReduction reduction)
    {
        var reduced = (double[])scores[0].Clone();
        for (int member = 1; member < scores.Count; member++)
        {
            for (int token = 0; token < reduced.Length; token++)
            {
                reduced[token] = reduction == GroupReduction.Max
                    ? Math.Max(reduced[token], scores[member][token])
                    : reduced[token] + scores[member][token];
            }
        }

        if (reduction == GroupReduction.Mean)
        {
            for (int token = 0; token < reduced.Length; token++)
            {
                reduced[token] /= scores.Count;
            }
        }

        return reduced;
    }
}

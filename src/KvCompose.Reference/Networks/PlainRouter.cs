namespace KvCompose.Reference;

/// <summary>How mixtures of experts choose and weight experts, in double precision. Among equals the lower one is chosen.</summary>
public static class PlainRouter
{
    /// <summary>Softmax over all experts.</summary>
    /// <param name="logits">One an expert.</param>
    /// <param name="count">Experts to choose.</param>
    /// <param name="renormalise">Whether the weights of the chosen are divided by their sum.</param>
    public static (int Expert, double Weight)[] Softmax(double[] logits, int count, bool renormalise)
    {
        double sum = logits.Sum(Math.Exp);
        (int Expert, double Weight)[] chosen = [.. Best(logits, count).Select(expert => (expert, Math.Exp(logits[expert]) / sum))];
        double share = renormalise ? chosen.Sum(static one => one.Weight) : 1;
        return [.. chosen.Select(one => (one.Expert, one.Weight / share))];
    }

    /// <summary>Softmax over the chosen ones.</summary>
    public static (int Expert, double Weight)[] SoftmaxOfChosen(double[] logits, int count)
    {
        int[] chosen = Best(logits, count);
        double sum = chosen.Sum(expert => Math.Exp(logits[expert]));
        return [.. chosen.Select(expert => (expert, Math.Exp(logits[expert]) / sum))];
    }

    /// <summary>σ of each, chosen with a bias that the weights do not have, from the best groups.</summary>
    /// <param name="logits">One an expert.</param>
    /// <param name="bias">One an expert.</param>
    /// <param name="count">Experts to choose.</param>
    /// <param name="groups">Groups of as many experts.</param>
    /// <param name="kept">Groups that may be chosen from: those with the largest sums of their two best.</param>
    /// <param name="scale">What weights are multiplied with behind the division by their sum.</param>
    public static (int Expert, double Weight)[] Sigmoid(double[] logits, double[] bias, int count, int groups, int kept, double scale)
    {
        double[] scores = [.. logits.Select(static x => 1 / (1 + Math.Exp(-x)))], ranks = [.. scores.Zip(bias, static (score, own) => score + own)];
        int size = logits.Length / groups;
        double[] sums = [.. Enumerable.Range(0, groups).Select(group => ranks[(group * size)..((group + 1) * size)].OrderDescending().Take(2).Sum())];
        int[] open = Best(sums, kept);
        double[] masked = [.. ranks.Select((rank, expert) => open.Contains(expert / size) ? rank : double.NegativeInfinity)];
        int[] chosen = Best(masked, count);
        double sum = chosen.Sum(expert => scores[expert]);
        return [.. chosen.Select(expert => (expert, scores[expert] / sum * scale))];
    }

    private static int[] Best(double[] ranks, int count)
        => [.. Enumerable.Range(0, ranks.Length).OrderByDescending(i => ranks[i]).ThenBy(static i => i).Take(count)];
}

namespace KvCompose.Models.Sampling;

/// <summary>The model's own distribution of one step: log-probabilities of logits that no option has changed.</summary>
internal static class ModelDistribution
{
    /// <summary>The logarithm of the sum of exponentials.</summary>
    /// <exception cref="InvalidOperationException">A logit is not a number or infinite, or none is finite; the message names the token.</exception>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float best = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            float logit = logits[i];
            if (float.IsNaN(logit) || float.IsPositiveInfinity(logit))
            {
                throw new InvalidOperationException($"The logit of token {i} is {logit}: nothing can be drawn from it");
            }

            best = Math.Max(best, logit);
        }

        if (float.IsNegativeInfinity(best))
        {
            throw new InvalidOperationException("All logits are minus infinity: nothing can be drawn from them");
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp((double)logit - best);
        }

        return best + Math.Log(sum);
    }

    /// <summary>The best tokens with their log-probabilities, best first; equal ones by id.</summary>
    public static void Best(ReadOnlySpan<float> logits, double logSumExp, Span<SampledToken> best)
    {
        if (best.IsEmpty)
        {
            return;
        }

        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            float log = (float)(logits[id] - logSumExp);
            if (count == best.Length && log <= best[^1].LogProbability)
            {
                continue;
            }

            int at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && best[at - 1].LogProbability < log; at--)
            {
                best[at] = best[at - 1];
            }

            best[at] = new SampledToken(id, log);
        }
    }
}

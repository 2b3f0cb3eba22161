namespace KvCompose.Evaluation;

/// <summary>The Kullback–Leibler divergence of two distributions over tokens.</summary>
public static class KullbackLeibler
{
    /// <summary>Σ p·ln(p/q) in nats, with p and q the softmax of the logits; 0 when they are the same.</summary>
    /// <param name="reference">Logits of p.</param>
    /// <param name="other">Logits of q, as many.</param>
    public static double Divergence(ReadOnlySpan<float> reference, ReadOnlySpan<float> other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Length, reference.Length, nameof(other));
        double ofReference = LogSumExp(reference), ofOther = LogSumExp(other), sum = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double logP = reference[i] - ofReference;
            sum += Math.Exp(logP) * (logP - (other[i] - ofOther));
        }

        return Math.Max(0, sum);
    }

    private static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double top = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits)
        {
            top = Math.Max(top, logit);
        }

        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - top);
        }

        return top + Math.Log(sum);
    }
}

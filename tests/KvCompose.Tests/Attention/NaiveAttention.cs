namespace KvCompose.Tests.Attention;

/// <summary>Causal attention in double precision, one query at a time.</summary>
internal static class NaiveAttention
{
    /// <summary>Output [d] and ln Σ exp of the scaled logits of one query.</summary>
    public static (double[] Output, double LogSumExp) Query(
        float[] queries, float[] keys, float[] values, int queryHeads, int keyValueHeads, int d, int row, int queryHead)
    {
        int head = queryHead / (queryHeads / keyValueHeads);
        var logits = new double[row + 1];
        for (int key = 0; key <= row; key++)
        {
            for (int i = 0; i < d; i++)
            {
                logits[key] += (double)queries[(((row * queryHeads) + queryHead) * d) + i] * keys[(((key * keyValueHeads) + head) * d) + i];
            }

            logits[key] /= Math.Sqrt(d);
        }

        double maximum = logits.Max();
        double sum = logits.Sum(logit => Math.Exp(logit - maximum));
        var output = new double[d];
        for (int key = 0; key <= row; key++)
        {
            double probability = Math.Exp(logits[key] - maximum) / sum;
            for (int i = 0; i < d; i++)
            {
                output[i] += probability * values[(((key * keyValueHeads) + head) * d) + i];
            }
        }

        return (output, maximum + Math.Log(sum));
    }
}

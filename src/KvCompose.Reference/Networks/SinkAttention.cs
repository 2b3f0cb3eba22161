namespace KvCompose.Reference;

/// <summary>Attention of one query with a logit that has no key, in double precision.</summary>
public static class SinkAttention
{
    /// <summary>Probabilities of the keys; together they are below 1 by the sink's share.</summary>
    /// <param name="query">[d].</param>
    /// <param name="keys">[tokens][d].</param>
    /// <param name="sink">The logit, neither scaled nor rotated.</param>
    public static double[] Probabilities(double[] query, double[][] keys, double sink)
    {
        double[] logits = [.. keys.Select(key => key.Zip(query, static (k, q) => k * q).Sum() / Math.Sqrt(query.Length))];
        double largest = Math.Max(sink, logits.Max()), sum = logits.Sum(logit => Math.Exp(logit - largest)) + Math.Exp(sink - largest);
        return [.. logits.Select(logit => Math.Exp(logit - largest) / sum)];
    }
}

namespace KvCompose.Reference;

/// <summary>The gated delta rule of one head (Yang et al., arXiv 2412.06464), a token at a time in double precision.</summary>
public sealed class PlainDeltaRule(int keyDim, int valueDim)
{
    /// <summary>S [dk, dv], zero at the start.</summary>
    public double[,] State { get; } = new double[keyDim, valueDim];

    /// <summary>Takes one token: the state forgets, is read with the key, written, then read with the query.</summary>
    /// <param name="query">[dk], as the projection and convolution give it.</param>
    /// <param name="key">[dk], likewise.</param>
    /// <param name="value">[dv].</param>
    /// <param name="logDecay">g, at most 0.</param>
    /// <param name="beta">β, between 0 and 1.</param>
    /// <returns>o [dv].</returns>
    public double[] Step(double[] query, double[] key, double[] value, double logDecay, double beta)
    {
        double[] q = Unit(query, 1 / Math.Sqrt(keyDim)), k = Unit(key, 1), output = new double[valueDim];
        for (int j = 0; j < valueDim; j++)
        {
            double memory = 0;
            for (int i = 0; i < keyDim; i++)
            {
                State[i, j] *= Math.Exp(logDecay);
                memory += k[i] * State[i, j];
            }

            double write = beta * (value[j] - memory);
            for (int i = 0; i < keyDim; i++)
            {
                State[i, j] += k[i] * write;
                output[j] += q[i] * State[i, j];
            }
        }

        return output;
    }

    private static double[] Unit(double[] vector, double factor)
    {
        double length = Math.Sqrt(vector.Sum(static x => x * x) + 1e-6);
        return [.. vector.Select(x => x / length * factor)];
    }
}

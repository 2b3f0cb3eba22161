using System.Numerics;

namespace KvCompose.Profiles;

/// <summary>The prompt's tokens that matter to one key-value head at one step, as bits.</summary>
internal readonly struct ImportantTokens
{
    private const int WidestKernel = 5;
    private readonly ulong[] _bits;

    private ImportantTokens(ulong[] bits, int count) => (_bits, Count) = (bits, count);

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The mean over the group's rows, average-pooled over up to five tokens with zeros beyond the borders, and of that the best.</summary>
    /// <param name="rows">[G][tokens seen]: the step's probabilities.</param>
    /// <param name="promptTokens">Tokens from here on were generated and do not count.</param>
    /// <param name="top">How many; all tokens if there are fewer. Of equals the earlier.</param>
    public static ImportantTokens Of(float[][] rows, int promptTokens, int top)
    {
        int tokens = Math.Min(promptTokens, rows[0].Length), kernel = Math.Min(WidestKernel, tokens);
        double[] pooled = Pool(Mean(rows, tokens), kernel - (1 - (kernel % 2)));
        var order = new int[tokens];
        for (int token = 0; token < tokens; token++)
        {
            order[token] = token;
            pooled[token] = double.IsNaN(pooled[token]) ? double.NegativeInfinity : pooled[token];
        }

        Array.Sort(order, (a, b) => pooled[a] != pooled[b] ? pooled[b].CompareTo(pooled[a]) : a.CompareTo(b));
        int count = Math.Min(top, tokens);
        var bits = new ulong[(promptTokens + 63) / 64];
        foreach (int token in order.AsSpan(0, count))
        {
            bits[token / 64] |= 1UL << (token % 64);
        }

        return new ImportantTokens(bits, count);
    }

    /// <summary>The share of these tokens that is among the others; 0 if either has none.</summary>
    public double ShareIn(ImportantTokens others)
    {
        int common = 0;
        for (int word = 0; word < _bits.Length; word++)
        {
            common += BitOperations.PopCount(_bits[word] & others._bits[word]);
        }

        return Count == 0 || others.Count == 0 ? 0 : (double)common / Count;
    }

    private static double[] Mean(float[][] rows, int tokens)
    {
        var mean = new double[tokens];
        for (int token = 0; token < tokens; token++)
        {
            foreach (float[] row in rows)
            {
                mean[token] += row[token];
            }

            mean[token] /= rows.Length;
        }

        return mean;
    }

    private static double[] Pool(double[] mean, int kernel)
    {
        var pooled = new double[mean.Length];
        int reach = kernel / 2;
        for (int token = 0; token < mean.Length; token++)
        {
            int last = Math.Min(mean.Length - 1, token + reach);
            for (int near = Math.Max(0, token - reach); near <= last; near++)
            {
                pooled[token] += mean[near];
            }

            pooled[token] /= kernel;
        }

        return pooled;
    }
}

using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

/// <summary>Random models, budgets, prompts and preferences for the properties that hold for all of them.</summary>
internal sealed record CakeCase(CakeLedger Ledger, int Layers, int Tokens, float[] Preferences)
{
    public const int Trials = 120;

    public int Cap => Math.Max(0, Tokens - Ledger.Window);

    public int Total => Ledger.UniformBudget * Layers;

    /// <summary>Log-normal preferences of mild to wild spread, with layers of preference 0 among them in a fifth of the cases.</summary>
    public static CakeCase Make(int seed, CakeLedgerMode mode)
    {
        var random = new Random(seed);
        int window = random.Next(2, 33), cacheSize = window + random.Next(0, 200), layers = random.Next(1, 33);
        int tokens = random.Next(4) switch
        {
            0 => random.Next(1, cacheSize + window + 1),
            1 => cacheSize + window + random.Next(1, 20),
            _ => cacheSize + random.Next(1, 3000),
        };
        double spread = random.NextDouble() * 3;
        bool zeros = random.Next(5) == 0;
        var preferences = new float[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            preferences[layer] = zeros && random.Next(3) == 0 ? 0 : (float)Math.Exp(spread * normal);
        }

        return new CakeCase(new CakeLedger(mode, cacheSize, window), layers, tokens, preferences);
    }

    public int[] Budgets(int soFar) => Budgets(Preferences.AsSpan(0, soFar));

    public int[] Budgets(ReadOnlySpan<float> preferences)
    {
        var caps = new int[preferences.Length];
        Array.Fill(caps, Cap);
        return Ledger.Allocate(preferences.ToArray(), caps, Layers);
    }

    /// <summary>Random scores [kvHeads][n − w] of one layer.</summary>
    public double[][] Scores(int layer, int kvHeads = 2)
    {
        var random = new Random(layer);
        return [.. Enumerable.Range(0, kvHeads).Select(_ => Enumerable.Range(0, Cap).Select(_ => random.NextDouble()).ToArray())];
    }
}

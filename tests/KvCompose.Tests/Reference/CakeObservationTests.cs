using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakeObservationTests
{
    private const int HeadDim = 8;

    [Fact]
    public void Statistics_TwoRowsByHand_MatchTheDefinition()
    {
        CakeHeadStatistics statistics = CakeHeadStatistics.Of(new[,] { { 0.5, 0.25, 0.25, 0 }, { 0.25, 0, 0.25, 0.5 } });
        Assert.Equal([0.375, 0.125], statistics.Mean);
        Assert.Equal([0.03125, 0.03125], statistics.Variance);
        Assert.Equal(0.5 * Math.Log(2) + 0.25 * Math.Log(4) + 0.25 * Math.Log(4), statistics.Entropy, 1e-8);
    }

    [Theory]
    [InlineData(1.6, 0.6)]
    [InlineData(1.0, 1.0)]
    public void Statistics_OneHotRows_NoEntropyAndNoPreference(double tau1, double tau2)
    {
        CakeHeadStatistics statistics = CakeHeadStatistics.Of(new[,] { { 1, 0, 0, 0 }, { 0, 1.0, 0, 0 } });
        Assert.Equal(0, statistics.Entropy);
        Assert.Equal(0f, CakePreference.Of(statistics.Entropy, statistics.Variance.Sum(), tau1, tau2));
    }

    [Fact]
    public void Of_NoVarianceNoPooling_IsTheMeanAttentionOfTheGroup()
    {
        var options = new CakeOptions(16, 4) { Gamma = 0, Kernel = 1, Tau1 = double.PositiveInfinity, Tau2 = double.PositiveInfinity };
        (float[] queries, float[] keys) = Random(seed: 1, queryHeads: 4, kvHeads: 2, window: 4, tokens: 30);
        CakeObservation seen = CakeObservation.Of(queries, keys, 4, 2, 30, HeadDim, options);
        double[,] third = WindowAttention.Probabilities(Row(queries, 2, 4), Row(keys, 1, 30), 4, 30, HeadDim);
        double[,] fourth = WindowAttention.Probabilities(Row(queries, 3, 4), Row(keys, 1, 30), 4, 30, HeadDim);
        for (int key = 0; key < 26; key++)
        {
            double sum = Enumerable.Range(0, 4).Sum(row => third[row, key] + fourth[row, key]);
            Assert.Equal(sum / 8, seen.Scores[1][key], 1e-7);
        }

        Assert.Equal(1f, CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2));
    }

    [Fact]
    public void Of_PrefixKeysPermuted_PermutesTheScores()
    {
        var options = new CakeOptions(16, 4) { Kernel = 1 };
        (float[] queries, float[] keys) = Random(seed: 2, queryHeads: 2, kvHeads: 1, window: 4, tokens: 20);
        var mirrored = (float[])keys.Clone();
        for (int key = 0; key < 16; key++)
        {
            keys.AsSpan(key * HeadDim, HeadDim).CopyTo(mirrored.AsSpan((15 - key) * HeadDim));
        }

        double[] straight = CakeObservation.Of(queries, keys, 2, 1, 20, HeadDim, options).Scores[0];
        double[] turned = CakeObservation.Of(queries, mirrored, 2, 1, 20, HeadDim, options).Scores[0];
        Assert.All(straight.Zip(turned.Reverse()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Of_WindowCoversThePrompt_NothingToScore(int tokens)
    {
        (float[] queries, float[] keys) = Random(seed: 3, queryHeads: 2, kvHeads: 2, window: 4, tokens: tokens);
        CakeObservation seen = CakeObservation.Of(queries, keys, 2, 2, tokens, HeadDim, new CakeOptions(16, 4));
        Assert.Equal(0, seen.Entropy);
        Assert.Equal(0, seen.Variance);
        Assert.All(seen.Scores, Assert.Empty);
    }

    [Fact]
    public void Of_KeyThatIsNoNumber_GivesAPreferenceThatTheLedgerIgnores()
    {
        var options = new CakeOptions(16, 4);
        (float[] queries, float[] keys) = Random(seed: 4, queryHeads: 2, kvHeads: 1, window: 4, tokens: 40);
        keys[5] = float.NaN;
        CakeObservation seen = CakeObservation.Of(queries, keys, 2, 1, 40, HeadDim, options);
        var cascade = new CakeCascade(options.Ledger(), 2, 40);
        for (int layer = 0; layer < 2; layer++)
        {
            cascade.Add(CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2), 40, seen.Scores);
        }

        Assert.Equal([12, 12], cascade.Budgets);
        Assert.Equal(16, cascade.Stored(0, 0).Distinct().Count());
    }

    [Fact]
    public void Of_HeadsThatFormNoGroups_Throws() =>
        Assert.Contains(
            "3 query heads",
            Assert.Throws<ArgumentException>(() => CakeObservation.Of([], [], 3, 2, 40, HeadDim, new CakeOptions(16, 4))).Message);

    public static TheoryData<CakeOptions, string> Invalid => new()
    {
        { new CakeOptions(16, 1), "window" },
        { new CakeOptions(7, 8), "cacheSize" },
        { new CakeOptions(16, 8) { Tau1 = 0 }, "Tau1" },
        { new CakeOptions(16, 8) { Tau2 = -1 }, "Tau2" },
        { new CakeOptions(16, 8) { Tau1 = double.NaN }, "Tau1" },
        { new CakeOptions(16, 8) { Gamma = -0.5 }, "Gamma" },
        { new CakeOptions(16, 8) { Gamma = double.PositiveInfinity }, "Gamma" },
        { new CakeOptions(16, 8) { Kernel = 4 }, "Kernel" },
        { new CakeOptions(16, 8) { Kernel = 0 }, "Kernel" },
        { new CakeOptions(16, 8) { Mode = (CakeLedgerMode)9 }, "mode" },
        { new CakeOptions(16, 8) { DecodePooling = (PoolingOrder)9 }, "DecodePooling" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Validate_OptionOutOfRange_NamesIt(CakeOptions options, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);

    private static ReadOnlySpan<float> Row(float[] heads, int head, int rows) => heads.AsSpan(head * rows * HeadDim, rows * HeadDim);

    private static (float[] Queries, float[] Keys) Random(int seed, int queryHeads, int kvHeads, int window, int tokens)
    {
        var random = new Random(seed);
        return (Fill(queryHeads * window), Fill(kvHeads * tokens));

        float[] Fill(int rows) => [.. Enumerable.Range(0, rows * HeadDim).Select(_ => (float)(4 * random.NextDouble() - 2))];
    }
}

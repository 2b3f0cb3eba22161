using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakeCascadeTests
{
    public static TheoryData<CakeLedgerMode> Modes => [CakeLedgerMode.Monotone, CakeLedgerMode.ReferenceExact];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Add_RandomPrefills_KeepBudgetAndPeakBound(CakeLedgerMode mode)
    {
        for (int trial = 0; trial < CakeCase.Trials; trial++)
        {
            CakeCase input = CakeCase.Make(trial, mode);
            if (mode == CakeLedgerMode.ReferenceExact && !input.Ledger.Evicts(input.Tokens))
            {
                continue;
            }

            long budget = (long)input.Ledger.CacheSize * input.Layers;
            var cascade = new CakeCascade(input.Ledger, input.Layers, input.Tokens);
            for (int layer = 0; layer < input.Layers; layer++)
            {
                long before = cascade.Live;
                cascade.Add(input.Preferences[layer], input.Tokens, []);
                Assert.True(cascade.Live <= budget);
                Assert.True(cascade.Peak >= before + input.Tokens);
                Assert.Equal(cascade.Live, cascade.Kept.ToArray().Sum());
            }

            Assert.True(cascade.Peak <= budget + input.Tokens);
        }
    }

    [Fact]
    public void Add_MonotoneLedger_EndsWhereOneEvictionWould()
    {
        for (int trial = 0; trial < 60; trial++)
        {
            CakeCase input = CakeCase.Make(trial, CakeLedgerMode.Monotone);
            CakeCascade cascade = Fill(input, cascading: true), oneShot = Fill(input, cascading: false);
            Assert.Equal(oneShot.Budgets, cascade.Budgets);
            Assert.Equal(oneShot.Kept, cascade.Kept);
            for (int layer = 0; layer < input.Layers; layer++)
            {
                Assert.Equal(oneShot.Stored(layer, 1), cascade.Stored(layer, 1));
            }
        }
    }

    [Fact]
    public void Add_NextLayer_CutsTheTailOfTheRanking()
    {
        CakeCase input = CakeCase.Make(3, CakeLedgerMode.Monotone) with { Tokens = 900 };
        var cascade = new CakeCascade(input.Ledger, input.Layers, input.Tokens);
        int[] ranking = [];
        for (int layer = 0; layer < input.Layers; layer++)
        {
            cascade.Add(input.Preferences[layer], input.Tokens, input.Scores(layer));
            int[] stored = cascade.Stored(0, 0);
            int[] chosen = stored[..^input.Ledger.Window];
            ranking = layer == 0 ? chosen : ranking;
            Assert.Equal(ranking[..chosen.Length], chosen);
            Assert.Equal(Enumerable.Range(input.Cap, input.Ledger.Window), stored[^input.Ledger.Window..]);
        }

        double[] scores = input.Scores(0)[0];
        Assert.Equal(scores.Max(), scores[ranking[0]]);
        Assert.True(cascade.Kept[0] < input.Tokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(24)]
    public void Add_PromptWithinTheCache_KeepsAllInOrder(int tokens)
    {
        var cascade = new CakeCascade(new CakeLedger(CakeLedgerMode.Monotone, 24, 8), 2, tokens);
        cascade.Add(1, tokens, [new double[Math.Max(0, tokens - 8)]]);
        Assert.Equal(Enumerable.Range(0, tokens), cascade.Stored(0, 0));
        Assert.Equal([16], cascade.Budgets);
    }

    [Fact]
    public void Add_LayerThatFewerTokensReached_KeepsAtMostThose()
    {
        var cascade = new CakeCascade(new CakeLedger(CakeLedgerMode.Monotone, 24, 8), 3, 200);
        cascade.Add(1, 200, [new double[192]]);
        cascade.Add(9, 20, [new double[12]]);
        cascade.Add(9, 5, [[]]);
        Assert.Equal([44, 20, 5], cascade.Kept);
        Assert.Equal([0, 1, 2, 3, 4], cascade.Stored(2, 0));
    }

    [Fact]
    public void Add_TwoSequencesInTurn_EachHasItsOwnLedger()
    {
        CakeCase first = CakeCase.Make(5, CakeLedgerMode.Monotone) with { Tokens = 700 };
        CakeCase second = first with { Tokens = 1300, Preferences = [.. first.Preferences.Reverse()] };
        CakeCascade alone = Fill(first, cascading: true), otherAlone = Fill(second, cascading: true);
        var together = new CakeCascade(first.Ledger, first.Layers, first.Tokens);
        var otherTogether = new CakeCascade(second.Ledger, second.Layers, second.Tokens);
        for (int layer = 0; layer < first.Layers; layer++)
        {
            together.Add(first.Preferences[layer], first.Tokens, first.Scores(layer));
            otherTogether.Add(second.Preferences[layer], second.Tokens, second.Scores(layer));
        }

        Assert.Equal(alone.Kept, together.Kept);
        Assert.Equal(otherAlone.Kept, otherTogether.Kept);
        Assert.False(alone.Kept.SequenceEqual(otherAlone.Kept));
    }

    [Fact]
    public void Add_ScoresOfAnotherLength_ThrowsAndNamesTheLayer()
    {
        var cascade = new CakeCascade(new CakeLedger(CakeLedgerMode.Monotone, 24, 8), 1, 100);
        Assert.Contains("layer 0 has 92", Assert.Throws<ArgumentException>(() => cascade.Add(1, 100, [new double[91]])).Message);
        cascade.Add(1, 100, [new double[92]]);
        Assert.Throws<InvalidOperationException>(() => cascade.Add(1, 100, [new double[92]]));
    }

    private static CakeCascade Fill(CakeCase input, bool cascading)
    {
        var cascade = new CakeCascade(input.Ledger, input.Layers, input.Tokens, cascading);
        for (int layer = 0; layer < input.Layers; layer++)
        {
            cascade.Add(input.Preferences[layer], input.Tokens, input.Scores(layer));
        }

        return cascade;
    }
}

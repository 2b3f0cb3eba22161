using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>HeadKV and GemFilter, emitted, against their plain references, and profiles against the model.</summary>
public class SiblingTests
{
    private static readonly WindowScoring Mean = new(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);

    /// <summary>The means of Profiles/heads.json.</summary>
    private static readonly double[][] Table = [[0.8, 0.2, 0.05, 0.2], [0.05, 0.02, 0.8, 0.25]];

    [Theory]
    [InlineData(8, 1.2, 1.0, false)]
    [InlineData(47, 1.2, 1.0, false)]
    [InlineData(48, 1.2, 1.0, false)]
    [InlineData(60, 1.01, 1.0, false)]
    [InlineData(200, 1.2, 1.0, false)]
    [InlineData(200, 1.01, 2.0, true)]
    public void HeadKv_BudgetsOfATable_EqualsOracle(int tokens, double beta, double temperature, bool largest)
    {
        using var model = new TestModel(2, 4, 2, 32, 90);
        using var session = HeadTable.Open(model, new HeadTable.Options
        {
            HeadRole = new HeadKvHeads { Beta = beta, Temperature = temperature, Largest = largest },
        });
        int[][] capacities = HeadKv.Capacities(Table, 48, 8, beta, temperature);
        var selector = new DelegateSelector((layer, positions, queries, keys) => new PlainChoice(
            HeadKv.Select(
                model.Plain.Heads, DelegateSelector.LastRows(model.Plain.Heads, queries, positions.Length, 8), keys, Mean, 48,
                HeadKv.KeyValueHeadCapacities(model.Plain.Heads, capacities[layer], largest ? GroupReduction.Max : GroupReduction.Mean)).Kept,
            null));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(20, 0.5, 20, 4, 2)]
    [InlineData(150, 0.5, 20, 4, 2)]
    [InlineData(150, 0.5, 7, 8, 4)]
    [InlineData(150, 0.75, 20, 8, 4)]
    [InlineData(150, 0, 20, 8, 4)]
    [InlineData(150, 1, 20, 8, 4)]
    public void DuoAttention_GatesOfATable_EqualsOracle(int tokens, double sparsity, int recent, int queryHeads, int keyValueHeads)
    {
        using var model = new TestModel(2, queryHeads, keyValueHeads, 32, 96);
        using var session = DuoReader.Open(model, new() { HeadRole = new DuoAttentionHeads { Sparsity = sparsity, Recent = recent } });
        double[] gates = [.. Table.SelectMany(layer => layer.Chunk(4 / keyValueHeads)).Select(static group => group.Average())];
        bool[] retrieves = DuoAttention.RetrievalHeads(gates, sparsity);
        var selector = new DelegateSelector((layer, positions, _, _) => new PlainChoice(
            [.. Enumerable.Range(0, keyValueHeads).Select(head => retrieves[(layer * keyValueHeads) + head]
                ? Enumerable.Range(0, positions.Length).ToArray()
                : Reference.StreamingLlm.Keep(positions.Length, 4, 4 + recent))],
            null));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(12, 0.5, 20)]
    [InlineData(150, 0.5, 20)]
    [InlineData(150, 0.75, 7)]
    public void DuoAttention_DecodedTokens_RollThroughTheWindowOfStreamingHeads(int tokens, double sparsity, int recent)
    {
        using var model = new TestModel(2, 8, 4, 32, 97);
        using var session = DuoRolling.Open(model, new() { HeadRole = new DuoAttentionHeads { Sparsity = sparsity, Recent = recent } });
        bool[] retrieves = DuoAttention.RetrievalHeads([.. Table.SelectMany(static layer => layer)], sparsity);
        AssertRolls(model, session, tokens, (layer, head) => retrieves[(layer * 4) + head] ? int.MaxValue : 4 + recent, sinks: 4);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(37)]
    [InlineData(140)]
    public void StreamingLlm_Evicting_HoldsWhatTheReferenceKeepsOfTheWholeText(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 98);
        using var session = RollingWindow.Open(model);
        AssertRolls(model, session, tokens, static (_, _) => 37, sinks: 3);
    }

    private static void AssertRolls(TestModel model, KvSession session, int tokens, Func<int, int, int> capacity, int sinks)
    {
        const int Steps = 30;
        int heads = model.Plain.Heads.KeyValueHeads;
        PlainTransformer oracle = model.Oracle();
        session.Prefill(model.Prompt(tokens, tokens));
        oracle.Prefill(model.Prompt(tokens, tokens), new DelegateSelector((layer, positions, _, _) => new PlainChoice(
            [.. Enumerable.Range(0, heads).Select(head => Reference.StreamingLlm.Keep(positions.Length, sinks, capacity(layer, head)))], null)));
        var roll = new DelegateEviction((layer, head, positions, _) =>
        {
            int[] stay = Reference.StreamingLlm.Keep(positions.Max() + 1, sinks, capacity(layer, head));
            return [.. Enumerable.Range(0, positions.Length).Where(index => stay.Contains(positions[index]))];
        });
        for (int step = 0; step < Steps; step++)
        {
            int token = step * 7 % model.Plain.Vocabulary;
            double[] expected = oracle.Decode(token, tokens + step, roll);
            session.Step([token]);
            ReadOnlySpan<float> actual = session.Logits();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(actual[i], expected[i] - 1e-4, expected[i] + 1e-4);
            }

            for (int place = 0; place < model.Plain.Layers * heads; place++)
            {
                Assert.Equal(oracle.CachedPositions(place / heads, place % heads).Order(), session.Positions(place / heads, place % heads).Order());
            }
        }
    }

    [Theory]
    [InlineData(3, 4, 2, "layers 2, but the model has 3")]
    [InlineData(2, 8, 4, "")]
    [InlineData(2, 6, 3, "query heads 4, but the model has 6")]
    public void HeadTable_OfAnotherModel_IsAnErrorWhenTheSessionOpens(int layers, int queryHeads, int keyValueHeads, string problem)
    {
        using var model = new TestModel(layers, queryHeads, keyValueHeads, 32, 91);
        if (problem.Length == 0)
        {
            // Four scores a layer are as good for four key-value heads.
            HeadTable.Open(model).Dispose();
            return;
        }

        Assert.EndsWith(problem, Assert.Throws<ModelMismatchException>(() => HeadTable.Open(model)).Message);
    }

    [Fact]
    public void CalibratedLayer_OfItsModel_IsWhereTokensAreCut()
    {
        using var model = new TestModel(6, 4, 2, 32, 92);
        using var session = CalibratedLayer.Open(model);
        session.Prefill(model.Prompt(150, 1));
        session.Step([1]);
        Assert.Equal([31, 31, 31, 31, 31, 31], Enumerable.Range(0, 6).Select(layer => session.Positions(layer, 0).Length));
        Assert.All(session.Positions(5, 1), position => Assert.Contains(position, Enumerable.Range(0, 151)));
        using var wrong = new TestModel(5, 4, 2, 32, 92);
        Assert.EndsWith("layers 6, but the model has 5", Assert.Throws<ModelMismatchException>(() => CalibratedLayer.Open(wrong)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(300)]
    public void GemFilter_BeforeTheFullCache_EqualsOracleOfTheChosenTokens(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 93);
        using var session = GemFilterPrompt.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        int[] chosen = Chosen(model, prompt, 1, PoolingKind.Average, 5, TokenBudget.Constant(60));
        AssertSame(model, session, prompt, chosen, null);
    }

    [Theory]
    [InlineData(79)]
    [InlineData(150)]
    public void GemFilter_BeforeASelection_LeavesItTheChosenTokens(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 94);
        using var session = GemFilterThenSnap.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        int[] chosen = Chosen(model, prompt, 0, PoolingKind.Max, 3, TokenBudget.Proportional(0.5));
        AssertSame(model, session, prompt, chosen, DelegateSelector.SnapKv(model.Plain.Heads, Mean, _ => 40));
    }

    [Fact]
    public void GemFilter_BeyondTheModel_IsAnErrorWhenTheSessionOpens()
    {
        using var model = new TestModel(3, 4, 2, 32, 95);
        Assert.Throws<StageOptionException>(() => GemFilterPrompt.Open(model, new GemFilterPrompt.Options
        {
            Propagation = new GemFilter { Layer = 3, Tokens = 60 },
        }));
    }

    /// <summary>The tokens that the reference picks, from the queries and keys of the plain transformer.</summary>
    private static int[] Chosen(TestModel model, int[] prompt, int layer, PoolingKind pooling, int kernel, TokenBudget budget)
    {
        int[] chosen = prompt;
        var filter = new DelegateSelector((current, _, queries, keys) =>
        {
            if (current == layer)
            {
                float[] last = DelegateSelector.LastRows(model.Plain.Heads, queries, prompt.Length, 1);
                int[] kept = Reference.GemFilter.Keep(Reference.GemFilter.Scores(model.Plain.Heads, last, keys, pooling, kernel), budget);
                chosen = [.. kept.Select(position => prompt[position])];
            }

            return new PlainChoice(null, null);
        });
        model.Oracle().Prefill(prompt, filter);
        return chosen;
    }

    private static void AssertSame(TestModel model, KvSession session, int[] prompt, int[] chosen, IPlainSelector? selector)
    {
        PlainTransformer oracle = model.Oracle();
        double[] expected = oracle.Prefill(chosen, selector);
        session.Prefill(prompt);
        Assert.Equal(chosen.Length, session.Length());
        for (int step = 0; step < 4; step++)
        {
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(session.Logits()[i], expected[i] - 1e-4, expected[i] + 1e-4);
            }

            for (int layer = 0; layer < model.Plain.Layers; layer++)
            {
                Assert.Equal(oracle.CachedPositions(layer, 1).Order(), session.Positions(layer, 1).Order());
            }

            expected = oracle.Decode(step, chosen.Length + step);
            session.Step([step]);
        }
    }
}

using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>Token-selective propagation, emitted, against the plain reference: rates, constants, several points, short prompts.</summary>
public class FastKvTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(150)]
    [InlineData(400)]
    public void Rates_AnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(4, 4, 2, 32, 50);
        using var session = FastKvRates.Open(model);
        FastKvPlan plan = Plan(PoolingKind.Average, TokenBudget.Proportional(0.2), new PropagationPoint(1, TokenBudget.Proportional(0.4)));
        OracleAssert.Equal(model, session, new FastKvSelector(model.Plain.Heads, plan, tokens), tokens);
    }

    [Theory]
    [InlineData(70, 0.35, 0.1, 7, 6)]
    [InlineData(180, 0.35, 0.25, 45, 44)]
    [InlineData(90, 0.7, 0.35, 31, 31)]
    [InlineData(100, 0.25, 0.5, 50, 25)]
    public void Retention_BehindThePropagation_IsRelativeToThePromptInDoubles(int tokens, double propagated, double kept, int early, int late)
    {
        // 70 · 0.35 is 24 in doubles, and 24 · (0.1 / 0.35) is 6.857…: one entry less than in the early layers.
        using var model = new TestModel(3, 4, 2, 32, 51);
        using var session = FastKvRates.Open(model, new FastKvRates.Options
        {
            Propagation = new TokenSelectivePropagation { Layer = 0, Rate = propagated },
            LayerBudget = new UniformBudget { Ratio = kept },
        });
        session.Prefill(model.Prompt(tokens, 3));
        int Expected(int budget, int reached) => Math.Min(reached, Math.Max(budget, 8)); // the window is 8
        int onward = (int)(tokens * propagated);
        Assert.Equal(Expected(early, tokens), session.Positions(0, 0).Length);
        Assert.Equal(Expected(late, onward), session.Positions(1, 0).Length);
        Assert.Equal(Expected(late, onward), session.Positions(2, 1).Length);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(89)]
    [InlineData(90)]
    [InlineData(91)]
    [InlineData(300)]
    public void Constants_AnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 52);
        using var session = FastKvConstants.Open(model);
        FastKvPlan plan = Plan(PoolingKind.Max, TokenBudget.Constant(40), new PropagationPoint(0, TokenBudget.Constant(90)));
        OracleAssert.Equal(model, session, new FastKvSelector(model.Plain.Heads, plan, tokens), tokens);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(140)]
    [InlineData(333)]
    public void TwoPoints_ComposeAndKeepTheRateOfThePrompt(int tokens)
    {
        using var model = new TestModel(5, 4, 2, 32, 53);
        using var session = FastKvCascade.Open(model);
        FastKvPlan plan = Plan(
            PoolingKind.Average, TokenBudget.Proportional(0.3), new PropagationPoint(0, TokenBudget.Proportional(0.7)),
            new PropagationPoint(2, TokenBudget.Proportional(0.5)));
        OracleAssert.Equal(model, session, new FastKvSelector(model.Plain.Heads, plan, tokens), tokens);
    }

    [Fact]
    public void TwoPoints_EachIsAnOptionOfItsOwn()
    {
        using var model = new TestModel(4, 4, 2, 32, 54);
        using var session = FastKvCascade.Open(model, new FastKvCascade.Options
        {
            Propagation = new TokenSelectivePropagation { Layer = 1, Tokens = 100 },
            Propagation2 = new TokenSelectivePropagation { Layer = 2, Tokens = 60 },
            LayerBudget = new UniformBudget { Ratio = 1 },
        });
        session.Prefill(model.Prompt(200, 1));
        Assert.Equal([200, 200, 100, 60], Enumerable.Range(0, 4).Select(layer => session.Positions(layer, 0).Length));
    }

    [Fact]
    public void ConstantBelowTheCapacity_CutsAllTheSame()
    {
        // P = 30 < n = 35 < C = 40: the published code would let all 35 go on because it compresses nothing at layer T.
        using var model = new TestModel(2, 4, 2, 32, 55);
        using var session = FastKvConstants.Open(model, new FastKvConstants.Options
        {
            Propagation = new TokenSelectivePropagation { Layer = 0, Tokens = 30 },
            LayerBudget = new UniformBudget { Tokens = 40 },
        });
        session.Prefill(model.Prompt(35, 2));
        Assert.Equal(35, session.Positions(0, 0).Length);
        Assert.Equal(30, session.Positions(1, 0).Length);
        Assert.Equal(Enumerable.Range(27, 8), session.Positions(1, 0)[^8..]);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(200)]
    public void BehindACascadeOfBudgets_SurvivorsAscendAndTheLastTokenStays(int tokens)
    {
        using var model = new TestModel(4, 4, 2, 32, 56);
        using var session = CakeWithPropagation.Open(model);
        session.Prefill(model.Prompt(tokens, 4));
        int reached = tokens / 2 >= 8 ? tokens / 2 : tokens;
        for (int layer = 2; layer < 4; layer++)
        {
            for (int head = 0; head < 2; head++)
            {
                int[] kept = session.Positions(layer, head);
                Assert.InRange(kept.Length, 1, reached);
                Assert.Equal(kept.Length, kept.Distinct().Count());
                Assert.Superset(Enumerable.Range(tokens - 8, 8).ToHashSet(), kept.ToHashSet());
            }
        }
    }

    [Fact]
    public void WithSinks_TheSinksGoOn()
    {
        using var model = new TestModel(3, 6, 2, 48, 57);
        using var session = KeyNormPropagation.Open(model);
        session.Prefill(model.Prompt(150, 5));
        for (int layer = 0; layer < 3; layer++)
        {
            int[] kept = session.Positions(layer, 1);
            Assert.Equal([0, 1], kept[..2]);
            Assert.Equal([145, 146, 147, 148, 149], kept[^5..]);
            Assert.Equal(40, kept.Length);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public void Layer_BeyondTheModel_IsAnErrorWhenTheSessionOpens(int layer)
    {
        using var model = new TestModel(4, 4, 2, 32, 58);
        StageOptionException problem = Assert.Throws<StageOptionException>(() => FastKvRates.Open(
            model, new FastKvRates.Options { Propagation = new TokenSelectivePropagation { Layer = layer, Rate = 0.4 } }));
        Assert.Equal($"option Layer of TokenSelectivePropagation is {layer}, but must be between 0 and 3", problem.Message);
    }

    [Fact]
    public void Layers_ThatDoNotAscend_AreAnErrorWhenTheSessionOpens()
    {
        using var model = new TestModel(4, 4, 2, 32, 59);
        StageOptionException problem = Assert.Throws<StageOptionException>(() => FastKvCascade.Open(
            model, new FastKvCascade.Options { Propagation2 = new TokenSelectivePropagation { Layer = 0, Rate = 0.4 } }));
        Assert.Equal("option Layer of TokenSelectivePropagation is 0, but must be between 1 and 3", problem.Message);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.5)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Rate_OutsideItsRange_IsAnErrorWhenTheSessionOpens(double rate)
    {
        using var model = new TestModel(4, 4, 2, 32, 60);
        Assert.Throws<StageOptionException>(() => FastKvRates.Open(
            model, new FastKvRates.Options { Propagation = new TokenSelectivePropagation { Layer = 1, Rate = rate } }));
        Assert.Throws<StageOptionException>(() => FastKvRates.Open(
            model, new FastKvRates.Options { LayerBudget = new UniformBudget { Ratio = rate } }));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    public void Tokens_BelowTheWindow_AreAnErrorWhenTheSessionOpens(int count)
    {
        using var model = new TestModel(4, 4, 2, 32, 61);
        Assert.Throws<StageOptionException>(() => FastKvConstants.Open(
            model, new FastKvConstants.Options { Propagation = new TokenSelectivePropagation { Layer = 0, Tokens = count } }));
        Assert.Throws<StageOptionException>(() => FastKvConstants.Open(
            model, new FastKvConstants.Options { LayerBudget = new UniformBudget { Tokens = count } }));
    }

    private static FastKvPlan Plan(PoolingKind pooling, TokenBudget retention, params PropagationPoint[] points)
        => new(8, pooling, 7, retention, points);
}

using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>What CAKE does at the edges: refuse by name before work begins, or the documented behaviour.</summary>
public class CakeBadInputTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Prompt_AboutTheWindow_IsKeptWholeAndDecoded(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 60);
        using var session = CakePrefill.Open(model);
        OracleAssert.Equal(model, session, null, tokens);
    }

    [Fact]
    public void Budget_OfTheWindow_KeepsTheWindow()
    {
        using var model = new TestModel(3, 4, 2, 32, 61);
        using var session = CakePrefill.Open(model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = 8 } });
        session.Prefill(model.Prompt(100, 1));
        for (int layer = 0; layer < 3; layer++)
        {
            Assert.Equal(Enumerable.Range(92, 8), session.Positions(layer, 1).Order());
        }
    }

    [Theory]
    [InlineData(7, 1, 1, "Tokens")]
    [InlineData(40, 0, 1, "Tau1")]
    [InlineData(40, 1, -1, "Tau2")]
    [InlineData(40, double.NaN, 1, "Tau1")]
    public void Option_OutOfRange_IsRefusedByNameAtOpening(int tokens, double tau1, double tau2, string option)
    {
        using var model = new TestModel(2, 4, 2, 32, 62);
        var budget = new CakeBudget { Tokens = tokens, Tau1 = tau1, Tau2 = tau2 };
        Assert.Equal(option, Assert.Throws<StageOptionException>(
            () => CakePrefill.Open(model, new CakePrefill.Options { LayerBudget = budget })).Option);
    }

    [Fact]
    public void Choice_ThatIsNoMember_IsRefusedByNameAtOpening()
    {
        using var model = new TestModel(2, 4, 2, 32, 63);
        var problem = Assert.Throws<StageOptionException>(() => CakePrefill.Open(
            model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = 40, Tuning = (CakeTuning)99 } }));
        Assert.Equal("Tuning", problem.Option);
        Assert.Contains("Llama31_8B_1024", problem.Message);
    }

    [Theory]
    [InlineData(CakeLedgerMode.Monotone)]
    [InlineData(CakeLedgerMode.ReferenceExact)]
    public void Attention_ThatIsOneHot_StaysInsideTheBudget(CakeLedgerMode mode)
    {
        // Scores so far apart that every probability is 0 or 1: no entropy, so no layer prefers anything.
        using var model = new TestModel(4, 4, 2, 32, 64, sharpness: 400);
        using var session = CakePrefill.Open(
            model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = 40, Mode = mode } });
        session.Prefill(model.Prompt(200, 1));
        Assert.InRange(Enumerable.Range(0, 4).Sum(layer => session.Positions(layer, 0).Length), 4 * 8, 4 * 40);
        session.Step([3]);
        Assert.InRange(session.GreedyToken(), 0, session.Shape.Vocabulary - 1);
    }

    [Fact]
    public void Weights_ThatAreNotNumbersBeforeTheLastLayer_EndThePromptByTheNameOfTheNext()
    {
        using var model = new TestModel(3, 4, 2, 32, 65);
        Array.Fill(model.Weight("layers.0.down_proj"), double.NaN);
        using var session = CakePrefill.Open(model);
        Assert.Equal(1, Assert.Throws<NonFiniteTokenException>(() => session.Prefill(model.Prompt(150, 1))).Layer);
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    [Fact]
    public void Weights_ThatAreNotNumbers_EndInAnErrorThatSaysSo()
    {
        using var model = new TestModel(3, 4, 2, 32, 65);
        Array.Fill(model.Weight("layers.2.down_proj"), double.NaN);
        using var session = CakePrefill.Open(model);
        session.Prefill(model.Prompt(150, 1));
        Assert.Contains("not finite", Assert.Throws<InvalidOperationException>(() => session.GreedyToken()).Message);
        Assert.InRange(Enumerable.Range(0, 3).Sum(layer => session.Positions(layer, 0).Length), 3 * 8, 3 * 40);
    }
}

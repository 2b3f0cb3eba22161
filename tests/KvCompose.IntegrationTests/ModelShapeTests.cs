using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>What a plan says of a named model's memory, beside what the pool counts.</summary>
public class ModelShapeTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(333)]
    public void PromptBytes_OfAUniformBudget_AreThePools(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 1);
        using var session = OfTheSmallModel.Open(model);
        session.Prefill(model.Prompt(tokens, 1));
        Assert.Equal(OfTheSmallModel.Plan.PromptBytes, session.Usage.BytesHeld);
    }

    [Theory]
    [InlineData(41, 1)]
    [InlineData(333, 2)]
    public void PromptBytes_OfUnequalHeads_AreABound(int tokens, int seed)
    {
        using var model = new TestModel(3, 4, 2, 32, seed);
        using var session = RaggedOfTheSmallModel.Open(model);
        session.Prefill(model.Prompt(tokens, seed));
        Assert.InRange(session.Usage.BytesHeld, 1, RaggedOfTheSmallModel.Plan.PromptBytes);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Kibibytes_OfABudget_AreFilledWithWholePages(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 3);
        using var session = HundredKibibytes.Open(model);
        session.Prefill(model.Prompt(tokens, 3));
        long pageEach = 3L * 2 * HundredKibibytes.Plan.PageBytes;
        Assert.InRange(session.Usage.BytesHeld, (100 * 1024) - pageEach + 1, 100 * 1024);
        Assert.Equal(HundredKibibytes.Plan.PromptBytes, session.Usage.BytesHeld);
    }

    [Fact]
    public void Kibibytes_BelowTheWindow_AreAnErrorWhenTheSessionOpens()
    {
        using var model = new TestModel(3, 4, 2, 32, 4);
        Assert.Equal("Kibibytes", Assert.Throws<StageOptionException>(() => HundredKibibytes.Open(
            model, new HundredKibibytes.Options { LayerBudget = new UniformBudget { Kibibytes = 20 } })).Option);
    }

    [Theory]
    [InlineData(4, 2, "layers")]
    [InlineData(3, 4, "key-value heads")]
    public void AnotherModel_IsAnErrorThatNamesTheDimension(int layers, int keyValueHeads, string dimension)
    {
        using var model = new TestModel(layers, 2 * keyValueHeads, keyValueHeads, 32, 5);
        Assert.Contains(dimension, Assert.Throws<ModelMismatchException>(() => OfTheSmallModel.Open(model)).Message);
    }
}

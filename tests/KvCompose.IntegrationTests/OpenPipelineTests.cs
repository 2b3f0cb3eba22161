using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>A pipeline that states no shape runs every model: equal to the oracle for each, and to the bit as where the shape is stated.</summary>
public class OpenPipelineTests
{
    private const double ForBytes = 1e-2;

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 2)]
    [InlineData(24, 3)]
    [InlineData(64, 4)]
    [InlineData(72, 5)]
    [InlineData(96, 6)]
    [InlineData(120, 7)]
    [InlineData(128, 8)]
    [InlineData(240, 1)]
    [InlineData(264, 9)]
    [InlineData(512, 2)]
    [InlineData(16, 17)]
    public void AnyShape_EqualsOracle(int headDim, int groupSize)
    {
        using var model = new TestModel(2, 2 * groupSize, 2, headDim, 1);
        using var session = AnyHeads.Open(model);
        OracleAssert.Equal(model, session, null, 70);
    }

    [Theory]
    [InlineData(24, 3, 75)]
    [InlineData(40, 7, 33)]
    [InlineData(512, 1, 20)]
    public void AnyShape_InBytes_EqualsOracle(int headDim, int groupSize, int tokens)
    {
        using var model = new TestModel(2, 2 * groupSize, 2, headDim, 2);
        using var session = AnyBytes.Open(model);
        SealedStorage.EqualsOracle(model, session, new KiviOracle(model.Plain.Heads, 16, 8), tokens, ForBytes);
    }

    [Theory]
    [InlineData(24, 3, 75)]
    [InlineData(40, 5, 33)]
    [InlineData(512, 1, 20)]
    public void AnyShape_Pruned_EqualsOracle(int headDim, int groupSize, int tokens)
    {
        using var model = new TestModel(2, 2 * groupSize, 2, headDim, 3);
        using var session = AnyThin.Open(model);
        SealedStorage.EqualsOracle(model, session, new ThinKOracle(model.Plain.Heads, 16, 0.3, 8), tokens, 1e-4);
    }

    [Fact]
    public void StatedShape_IsEqualToTheBit()
    {
        AssertSame(model => AnyHitters.Open(model), model => StatedHitters.Open(model));
        AssertSame(model => AnyNibbles.Open(model), model => StatedNibbles.Open(model));
        AssertSame(model => AnyPages.Open(model), model => StatedPages.Open(model));
        AssertSame(model => AnyThin.Open(model), model => StatedThin.Open(model));
    }

    [Fact]
    public void SavedSequence_OfHeadsThatAreNoWholeVectors_GoesOnToTheBit()
    {
        using var model = new TestModel(3, 6, 2, 40, 5);
        SealedStorage.GoesOnToTheBit(model, () => AnyHitters.Open(model));
        SealedStorage.GoesOnToTheBit(model, () => AnyNibbles.Open(model));
        SealedStorage.GoesOnToTheBit(model, () => AnyPages.Open(model));
    }

    [Fact]
    public void Plan_IsThatOfTheModel()
    {
        using var model = new TestModel(2, 6, 2, 40, 6);
        using var session = AnyHeads.Open(model);
        Assert.Equal((48, 40, 3), (session.Plan.HeadDim, session.Plan.ModelHeadDim, session.Plan.GroupSize));
        Assert.Equal((2 * 48 * 4) + 4, session.Plan.BytesPerToken);
        session.Prefill(model.Prompt(32, 1));
        Assert.Equal(4 * session.Plan.PageBytes, session.Usage.BytesHeld);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(520)]
    public void HeadsThatNoPipelineRuns_AreRefused(int headDim)
    {
        using var model = new TestModel(1, 1, 1, headDim, 7);
        AssertRule("KVC2104", $"heads of {headDim} elements", () => AnyHeads.Open(model));
    }

    [Fact]
    public void RulesThatNeedTheShape_AreCheckedWhenASessionOpens()
    {
        using var narrow = new TestModel(2, 2, 2, 8, 8);
        using var wide = new TestModel(2, 2, 2, 32, 9);
        AssertRule("KVC2092", "none of the 8", () => AnyThin.Open(narrow));
        AnyThin.Open(wide).Dispose();

        // Two pages of each of four heads are the limit.
        using var more = new TestModel(2, 2, 2, 40, 10);
        AnyHeadsLimited.Open(wide).Dispose();
        AssertRule("KVC2106", "after a prompt of 17 tokens, more than its limit of 33280", () => AnyHeadsLimited.Open(more));

        // 10 KiB are a page of each of four narrow heads, and less than one of each of four wide ones.
        AnyHeadsInKibibytes.Open(narrow).Dispose();
        AssertRule("KVC2008", "0 tokens of this model (10 KiB), but 8 tokens are protected", () => AnyHeadsInKibibytes.Open(wide));
        AssertRule("KVC2008", "(1 KiB)", () => AnyHeadsInKibibytes.Open(narrow, new() { LayerBudget = new() { Kibibytes = 1 } }));
        AnyHeadsInKibibytes.Open(wide, new() { LayerBudget = new() { Tokens = 32 } }).Dispose();
    }

    private static void AssertRule(string rule, string part, Func<KvSession> open)
    {
        PipelineRuleException thrown = Assert.Throws<PipelineRuleException>(() => open().Dispose());
        Assert.Equal(rule, thrown.Rule);
        Assert.StartsWith(rule + ": ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(part, thrown.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(Func<TestModel, KvSession> open, Func<TestModel, KvSession> stated)
    {
        using var model = new TestModel(3, 6, 2, 80, 4);
        using KvSession one = open(model), other = stated(model);
        foreach (int tokens in (int[])[150, 1100])
        {
            one.Prefill(model.Prompt(tokens, 1));
            other.Prefill(model.Prompt(tokens, 1));
            for (int step = 0; step < 20; step++)
            {
                Assert.Equal(other.Logits(), one.Logits());
                one.Step([step]);
                other.Step([step]);
            }
        }
    }
}

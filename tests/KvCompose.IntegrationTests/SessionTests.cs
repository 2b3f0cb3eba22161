using KvCompose.Cache;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>What a session promises whatever its stages are.</summary>
public class SessionTests
{
    [Fact]
    public void Step_SequencesOfDifferentLength_EqualsThemAlone()
    {
        using var model = new TestModel(2, 4, 2, 32, 20);
        using var batch = WindowAverage.Open(model, new WindowAverage.Options { Sequences = 3 });
        int[] lengths = [200, 7, 66];
        float[][] alone = [.. lengths.Select(length => Alone(model, length))];
        for (int sequence = 0; sequence < 3; sequence++)
        {
            batch.Prefill(sequence, model.Prompt(lengths[sequence], lengths[sequence]));
        }

        for (int step = 0; step < 5; step++)
        {
            batch.Step([step, step, step]);
        }

        for (int sequence = 0; sequence < 3; sequence++)
        {
            Assert.Equal(lengths[sequence] + 5, batch.Length(sequence));
            AssertClose(alone[sequence], batch.Logits(sequence));
        }
    }

    [Fact]
    public void Step_WithASequenceSittingOut_LeavesItAsItWas()
    {
        using var model = new TestModel(2, 4, 2, 32, 21);
        using var session = Everything.Open(model, new Everything.Options { Sequences = 2 });
        session.Prefill(0, model.Prompt(30, 1));
        session.Prefill(1, model.Prompt(40, 2));
        float[] before = session.Logits(1).ToArray();
        session.Step([5, -1]);
        Assert.Equal(31, session.Length(0));
        Assert.Equal(40, session.Length(1));
        Assert.Equal(before, session.Logits(1));
        Assert.Equal(40, session.Positions(0, 0, 1).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Prefill_AnyNumberOfThreads_KeepsTheSameTokensAndLogits(int threads)
    {
        using var one = new TestModel(2, 4, 2, 32, 22, 1);
        using var many = new TestModel(2, 4, 2, 32, 22, threads);
        using var expected = WindowAverage.Open(one);
        using var actual = WindowAverage.Open(many);
        expected.Prefill(one.Prompt(500, 1));
        actual.Prefill(many.Prompt(500, 1));
        for (int layer = 0; layer < 2; layer++)
        {
            for (int head = 0; head < 2; head++)
            {
                Assert.Equal(expected.Positions(layer, head), actual.Positions(layer, head));
            }
        }

        Assert.Equal(expected.Logits(), actual.Logits());
    }

    [Fact]
    public void Decode_Greedily_ReturnsLikeliestTokensAndStops()
    {
        using var model = new TestModel(2, 4, 2, 32, 23);
        using var session = Everything.Open(model);
        session.Prefill(model.Prompt(20, 1));
        int[] tokens = [.. session.Decode(6)];
        Assert.Equal(6, tokens.Length);
        Assert.Equal(20 + 5, session.Length());

        session.Prefill(model.Prompt(20, 1));
        Assert.Equal(tokens.TakeWhile(token => token != tokens[3]), session.Decode(6, stopToken: tokens[3]));
    }

    [Fact]
    public void Usage_AfterPrefillAndClear_IsWhatThePoolSays()
    {
        using var model = new TestModel(2, 4, 2, 32, 24);
        using var session = WindowAverage.Open(model);
        session.Prefill(model.Prompt(300, 1));
        int pages = 2 * 2 * ((64 + WindowAverage.Plan.PageTokens - 1) / WindowAverage.Plan.PageTokens);
        Assert.Equal(64, session.Usage.TokensPerHead);
        Assert.Equal((long)pages * WindowAverage.Plan.PageBytes, session.Usage.BytesHeld);
        Assert.Equal(session.Usage.BytesHeld, session.Usage.PeakBytes);
        session.Clear();
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Throws<InvalidOperationException>(() => session.Logits());
    }

    [Fact]
    public void PlanPageBytes_OfEveryPipeline_EqualTheLayouts()
    {
        Assert.Equal(Everything.Plan.PageBytes, new PageLayout(32, 32, 32).PageBytes);
        Assert.Equal(WindowMaximum.Plan.PageBytes, new PageLayout(16, 16, 32).PageBytes);
        Assert.Equal(OwnSelection.Plan.PageBytes, new PageLayout(48, 16, 32).PageBytes);
        Assert.Equal(HalfPrecision.Plan.PageBytes, new PageLayout(64, 64, 16).PageBytes);
        Assert.Equal(HalfPrecision.Plan.PositionOffset, new PageLayout(64, 64, 16).PositionOffset);
    }

    [Fact]
    public void Prefill_BeyondTheByteLimit_ThrowsAndLeavesNothingHeld()
    {
        using var model = new TestModel(2, 4, 2, 32, 25);
        using var session = Everything.Open(model, new Everything.Options { MaxCacheBytes = 5L * Everything.Plan.PageBytes });
        Assert.Throws<CacheLimitException>(() => session.Prefill(model.Prompt(100, 1)));
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Equal(0, session.Length());
        session.Prefill(model.Prompt(20, 1));
        Assert.Equal(20, session.Length());
    }

    [Fact]
    public void Step_BeyondTheByteLimit_ThrowsAndAppendsNothing()
    {
        using var model = new TestModel(2, 4, 2, 32, 26);
        using var session = Everything.Open(model, new Everything.Options { MaxCacheBytes = 4L * Everything.Plan.PageBytes });
        session.Prefill(model.Prompt(32, 1));
        Assert.Throws<CacheLimitException>(() => session.Step([1]));
        Assert.Equal(32, session.Length());
        Assert.Equal(32, session.Positions(1, 1).Length);
    }

    [Fact]
    public void Prefill_Cancelled_ThrowsAndLeavesTheSequenceEmpty()
    {
        using var model = new TestModel(2, 4, 2, 32, 27);
        using var session = WindowAverage.Open(model);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => session.Prefill(model.Prompt(50, 1), source.Token));
        Assert.Equal(0, session.Usage.BytesHeld);
        session.Prefill(model.Prompt(50, 1));
        Assert.ThrowsAny<OperationCanceledException>(() => session.Step([1], source.Token));
        Assert.Equal(50, session.Length());
        Assert.ThrowsAny<OperationCanceledException>(() => session.Decode(3, cancellation: source.Token).Count());
    }

    [Fact]
    public void BadInput_GetsASpecificException()
    {
        using var model = new TestModel(2, 4, 2, 32, 28);
        using var session = Everything.Open(model);
        Assert.Throws<ArgumentException>(() => session.Prefill([]));
        Assert.Contains("token 1 is 99999", Assert.Throws<ArgumentException>(() => session.Prefill([1, 99_999])).Message);
        Assert.Throws<ContextExceededException>(() => session.Prefill(new int[4097]));
        Assert.Throws<ArgumentException>(() => session.Step([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prefill(1, [1]));
        session.Prefill([1, 2]);
        Assert.Throws<ArgumentException>(() => session.Step([1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Positions(9, 0));
    }

    [Fact]
    public void Step_AtTheEndOfTheContext_ThrowsAndAppendsNothing()
    {
        using var model = new TestModel(1, 2, 1, 32, 29);
        using var session = Everything.Open(model);
        session.FillRandom(model.Shape.Context);
        Assert.Throws<ContextExceededException>(() => session.Step([1]));
        Assert.Equal(model.Shape.Context, session.Length());
    }

    [Fact]
    public void Open_ForAnotherShapeOrOption_NamesWhatDiffers()
    {
        using var wide = new TestModel(1, 4, 2, 48, 30);
        Assert.Equal("head dimension", Assert.Throws<ModelMismatchException>(() => Everything.Open(wide)).Dimension);
        using var ungrouped = new TestModel(1, 2, 2, 32, 31);
        Assert.Equal("group size", Assert.Throws<ModelMismatchException>(() => Everything.Open(ungrouped)).Dimension);
        using var model = new TestModel(1, 4, 2, 32, 32);
        var tiny = new WindowAverage.Options { LayerBudget = new UniformBudget { Tokens = 7 } };
        Assert.Equal("Tokens", Assert.Throws<StageOptionException>(() => WindowAverage.Open(model, tiny)).Option);
        var none = new WindowAverage.Options { LayerBudget = new UniformBudget { Tokens = 0, Ratio = 0 } };
        Assert.Equal("Ratio", Assert.Throws<StageOptionException>(() => WindowAverage.Open(model, none)).Option);
        Assert.Throws<StageOptionException>(() => Everything.Open(model, new Everything.Options { Sequences = 0 }));
    }

    [Fact]
    public void Dispose_Twice_IsFineAndUseAfterwardsThrows()
    {
        using var model = new TestModel(1, 4, 2, 32, 33);
        var session = Everything.Open(model);
        session.Prefill([1, 2, 3]);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Prefill([1]));
        Assert.Throws<ObjectDisposedException>(() => session.Step([1]));
    }

    [Fact]
    public void Step_AfterWarmUp_AllocatesNothing()
    {
        using var model = new TestModel(1, 2, 1, 32, 34);
        using var session = Everything.Open(new QuietModel(model.Shape, model.Workers));
        session.FillRandom(100);
        int[] token = [1];
        for (int i = 0; i < 100; i++)
        {
            session.Step(token);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            session.Step(token);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] Alone(TestModel model, int length)
    {
        using var session = WindowAverage.Open(model);
        session.Prefill(model.Prompt(length, length));
        for (int step = 0; step < 5; step++)
        {
            session.Step([step]);
        }

        return session.Logits().ToArray();
    }

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - 1e-5f, expected[i] + 1e-5f);
        }
    }
}

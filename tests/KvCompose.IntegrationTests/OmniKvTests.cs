using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>Emitted OmniKV against its plain reference, through the plain transformer: tokens held and logits of every step.</summary>
public class OmniKvTests
{
    private const int Steps = 9;

    [Theory]
    [InlineData(30, 1)]
    [InlineData(41, 2)]
    [InlineData(200, 3)]
    public void Last_EqualsReferenceTokenByToken(int tokens, int seed)
    {
        using TestModel model = Blunt(6, seed);
        using var session = OmniLast.Open(model);
        AssertEqual(model, session, new OmniKvOracle(model.Plain, [0, 3], 1, FilterSelector.Last, 16) { Places = 40 }, tokens);
        using var profiled = OmniProfiled.Open(model);
        AssertEqual(model, profiled, new OmniKvOracle(model.Plain, [0, 3], 1, FilterSelector.Last, 16) { Places = 40 }, tokens);
    }

    [Theory]
    [InlineData(100, 4)]
    [InlineData(170, 5)]
    public void Uniform_WindowThatReachesIntoThePrompt_EqualsReferenceTokenByToken(int tokens, int seed)
    {
        using TestModel model = Blunt(4, seed);
        using var session = OmniUniform.Open(model);
        AssertEqual(
            model, session, new OmniKvOracle(model.Plain, [1], 0, FilterSelector.Uniform, 6) { Places = (int)(tokens * 0.3), Observed = 15 }, tokens);
    }

    [Theory]
    [InlineData(90, 6)]
    [InlineData(180, 7)]
    public void Exponential_BesideASelectionWithAWindow_EqualsReferenceTokenByToken(int tokens, int seed)
    {
        using TestModel model = Blunt(4, seed);
        using var session = OmniExponential.Open(model);
        AssertEqual(
            model, session, new OmniKvOracle(model.Plain, [0, 2], 0, FilterSelector.Exponential, 5) { Places = 50, Observed = 3, Tail = 3 }, tokens);
    }

    [Fact]
    public void Uniform_FewerPlacesThanQueriesOfThePrompt_KeepsTheNewest()
    {
        using TestModel model = Blunt(3, 8);
        using var session = OmniCramped.Open(model);
        AssertEqual(model, session, new OmniKvOracle(model.Plain, [0], 0, FilterSelector.Uniform, 20) { Places = 12, Observed = 1 }, 60);
    }

    [Fact]
    public void Last_PromptOfSeveralPieces_EqualsReferenceTokenByToken()
    {
        using TestModel model = Blunt(4, 9);
        using var session = OmniLast.Open(model);
        AssertEqual(model, session, new OmniKvOracle(model.Plain, [0, 3], 1, FilterSelector.Last, 16) { Places = 40 }, 1060, steps: 3);
    }

    [Fact]
    public void Sequences_OfDifferentLengths_ChooseEachForItself()
    {
        using TestModel model = Blunt(6, 10);
        using var both = OmniLast.Open(model, new() { Sequences = 2 });
        using var alone = OmniLast.Open(model);
        int[] lengths = [150, 70];
        foreach (int sequence in (int[])[0, 1])
        {
            both.Prefill(sequence, model.Prompt(lengths[sequence], sequence));
        }

        for (int step = 0; step < 4; step++)
        {
            both.Step([step, step + 50]);
        }

        alone.Prefill(model.Prompt(lengths[1], 1));
        for (int step = 0; step < 4; step++)
        {
            alone.Step([step + 50]);
        }

        Assert.Equal(alone.Positions(5, 1).Order(), both.Positions(5, 1, 1).Order());
        Assert.Equal(alone.Logits().ToArray(), both.Logits(1).ToArray());
    }

    [Fact]
    public void Step_WhenBuffersHaveGrown_AllocatesNothing()
    {
        using TestModel shape = Blunt(6, 11);
        using var session = OmniLast.Open(new NoisyModel(shape.Shape, shape.Workers));
        session.Prefill(shape.Prompt(300, 1));
        int[] token = [3];
        for (int step = 0; step < 120; step++)
        {
            session.Step(token);
        }

        // Staging grows with the largest request so far; by now none of the next is larger.
        long moved = session.TierUsage.TokensMoved, before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 100; step++)
        {
            session.Step(token);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(session.TierUsage.TokensMoved > moved, "no token came or went: the test shows nothing");
    }

    [Fact]
    public void Open_ModelWithoutTheFilterLayer_SaysWhich()
    {
        using TestModel model = Blunt(3, 12);
        var thrown = Assert.Throws<StageOptionException>(() => OmniLast.Open(model));
        Assert.Equal("option Filters of OmniKv is 3, but must be between 0 and 2", thrown.Message);
    }

    [Fact]
    public void Prefill_HostMemoryTooSmall_SaysWhereAndLeavesNothing()
    {
        using TestModel model = Blunt(6, 13);
        using var session = OmniLast.Open(model, new() { Residency = new() { MaxHostMiB = 1 } });
        Assert.Throws<HostTierFullException>(() => session.Prefill(model.Prompt(1200, 1)));
        session.Prefill(model.Prompt(100, 1));
        session.Step([1]);
        Assert.True(session.TierUsage.HostBytes > 0);
        session.Clear();
        Assert.Equal(0, session.TierUsage.HostBytes);
    }

    /// <summary>Attention that is spread: under a sharp peak what lies below it differs by less than single precision tells.</summary>
    private static TestModel Blunt(int layers, int seed) => new(layers, 4, 2, 32, 200 + seed, sharpness: 1.2);

    private static void AssertEqual(TestModel model, KvSession session, OmniKvOracle oracle, int tokens, int steps = Steps)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        var plain = model.Oracle();
        session.Prefill(prompt);
        Close(plain.Prefill(prompt, oracle), session, "prompt");
        for (int step = 0; step < steps; step++)
        {
            int token = step * 7 % model.Plain.Vocabulary;
            session.Step([token]);
            Close(plain.Decode(token, tokens + step, null, oracle), session, $"step {step}");
            for (int place = 0; place < model.Plain.Layers * 2; place++)
            {
                int[] held = [.. session.Positions(place / 2, place % 2).Where(position => position < tokens).Order()];
                Assert.Equal(oracle.Chosen(place / 2)?.Order() ?? Enumerable.Range(0, tokens), held);
            }
        }
    }

    private static void Close(double[] expected, KvSession session, string when)
    {
        ReadOnlySpan<float> actual = session.Logits();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - expected[i]) < 1e-4, $"{when}: logit {i} is {actual[i]}, expected {expected[i]}");
        }
    }
}

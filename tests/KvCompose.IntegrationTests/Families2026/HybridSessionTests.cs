using KvCompose.Models;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests.Families2026;

/// <summary>Sessions over a model with fixed states (Qwen3.5), one with shared caches (Gemma 4 E) and one with sinks (gpt-oss).</summary>
public sealed class HybridSessionTests
{
    private const float Tolerance = 1e-3f;

    private static readonly string[] Names = ["qwen35-a", "gemma4-e-mm", "gptoss-a-mxfp4"];

    public static TheoryData<string> Models => [.. Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void Fork_GoesOnAsTheSourceWould(string name)
    {
        using LanguageModel model = Load(name);
        using KvSession session = HybridWhole.Open(model, new HybridWhole.Options { Sequences = 2 });
        session.Prefill(0, Tokens(50, 1));
        session.Step([5, -1]);
        session.Fork(0, 1);
        for (int token = 10; token < 20; token++)
        {
            session.Step([token, token]);
            AssertNear(session.Logits(0), session.Logits(1));
        }

        // They are apart from now on: what one is given the other does not see.
        session.Step([1, -1]);
        session.Step([2, 30]);
        using KvSession alone = HybridWhole.Open(model);
        alone.Prefill([.. Tokens(50, 1), 5, .. Enumerable.Range(10, 10), 30]);
        AssertNear(alone.Logits(), session.Logits(1));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Resume_GoesOnAsTheSavedSequence(string name)
    {
        using LanguageModel model = Load(name);
        using KvSession saved = HybridHalf.Open(model), resumed = HybridHalf.Open(model);
        saved.Prefill(Tokens(60, 2));
        saved.Step([3]);
        using var stream = new MemoryStream();
        saved.Save(stream);
        stream.Position = 0;
        resumed.Resume(stream);
        Assert.Equal(saved.Usage.StateBytes, resumed.Usage.StateBytes);
        foreach (int token in Tokens(8, 3))
        {
            saved.Step([token]);
            resumed.Step([token]);
            Assert.True(saved.Logits().SequenceEqual(resumed.Logits()));
        }
    }

    [Fact]
    public void Rewind_ToWhereTheTurnEnded_BringsStatesBack()
    {
        using LanguageModel model = Load("qwen35-a");
        using KvSession session = HybridWhole.Open(model);
        session.Prefill(Tokens(30, 1));
        session.Append(Tokens(20, 2));
        float[] logits = session.Logits().ToArray();
        float[] first = Answer(session);
        session.Rewind(50);
        AssertNear(logits, session.Logits());
        Assert.Equal(first, Answer(session));
        string message = Assert.Throws<RewindException>(() => session.Rewind(40)).Message;
        Assert.Contains("layer 0 holds a fixed state, which is kept of 50 tokens alone", message);
        session.Rewind(50);
        Assert.Equal(first, Answer(session));

        static float[] Answer(KvSession session)
        {
            foreach (int token in (int[])[7, 8, 9])
            {
                session.Step([token]);
            }

            return session.Logits().ToArray();
        }
    }

    [Fact]
    public void Append_Cancelled_LeavesStatesAsTheyWere()
    {
        using LanguageModel model = Load("qwen35-a");
        using KvSession session = HybridWhole.Open(model), untouched = HybridWhole.Open(model);
        session.Prefill(Tokens(30, 1));
        untouched.Prefill(Tokens(30, 1));
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => session.Append(Tokens(20, 2), cancellation.Token));
        session.Append(Tokens(10, 3));
        untouched.Append(Tokens(10, 3));
        Assert.True(session.Logits().SequenceEqual(untouched.Logits()));
    }

    [Fact]
    public void Step_OfSeveralSequences_EqualsEachAlone()
    {
        foreach (string name in Names)
        {
            using LanguageModel model = Load(name);
            using KvSession session = HybridHitters.Open(model, new HybridHitters.Options { Sequences = 3 }), alone = HybridHitters.Open(model);
            for (int sequence = 0; sequence < 3; sequence++)
            {
                session.Prefill(sequence, Tokens(30 + (10 * sequence), sequence));
            }

            for (int token = 0; token < 6; token++)
            {
                session.Step([token, token + 1, token + 2]);
            }

            for (int sequence = 0; sequence < 3; sequence++)
            {
                alone.Prefill(Tokens(30 + (10 * sequence), sequence));
                for (int token = 0; token < 6; token++)
                {
                    alone.Step([token + sequence]);
                }

                AssertNear(alone.Logits(), session.Logits(sequence));
            }
        }
    }

    [Theory]
    [InlineData("qwen35-a", "'TokenSelectivePropagation' of pipeline 'HybridFast' leaves tokens out of deeper layers, but layer 0 of the model holds a fixed state")]
    [InlineData("gemma4-e-mm", "'TokenSelectivePropagation' of pipeline 'HybridFast' leaves tokens out of deeper layers, but layer 6 of the model reads the cache of layer 4")]
    public void Open_PropagationOverAModelThatNeedsEveryToken_IsRefusedUnlessForced(string name, string problem)
    {
        using LanguageModel model = Load(name);
        var refusal = Assert.Throws<PipelineRuleException>(() => HybridFast.Open(model));
        Assert.Equal("KVC2111", refusal.Rule);
        Assert.Contains(problem, refusal.Message);
        Assert.Equal("KVC2111", Assert.Throws<PipelineRuleException>(() => HybridGem.Open(model)).Rule);
        foreach (KvSession forced in (KvSession[])
            [
                HybridFast.Open(model, new HybridFast.Options { PropagateOverStates = true }),
                HybridGem.Open(model, new HybridGem.Options { PropagateOverStates = true }),
            ])
        {
            using (forced)
            {
                forced.Prefill(Tokens(90, 4));
                forced.Step([1]);
                Assert.False(forced.Logits().ContainsAnyExceptInRange(float.MinValue, float.MaxValue));
            }
        }
    }

    /// <summary>The states of three layers, 4 heads of 16 × 16 and 3 rows of 128 inputs each, and a copy of them.</summary>
    [Fact]
    public void Usage_CountsStatesAndLeavesTheirLayersOutOfTheAverage()
    {
        using LanguageModel model = Load("qwen35-a");
        using KvSession session = HybridWhole.Open(model);
        Assert.Equal(0, session.Usage.StateBytes);
        session.Prefill(Tokens(40, 1));
        Assert.Equal(2 * 3 * sizeof(float) * ((4 * 16 * 16) + (3 * 128)), session.Usage.StateBytes);
        Assert.Equal((3, 0, 40), (session.Usage.FixedStateLayers, session.Usage.ReadingLayers, session.Usage.TokensPerHead));
        Assert.Empty(session.Positions(0, 0));
        session.Clear();
        Assert.Equal((0, 0), (session.Usage.StateBytes, session.Usage.BytesHeld));
    }

    [Fact]
    public void Positions_OfALayerThatReadsAnother_AreThoseOfTheOther()
    {
        using LanguageModel model = Load("gemma4-e-mm");
        using KvSession session = HybridHalf.Open(model);
        session.Prefill(Tokens(60, 1));
        Assert.Equal(3, session.Usage.ReadingLayers);
        Assert.Equal(session.Positions(5, 0), session.Positions(8, 0));
        Assert.Equal(30, session.Positions(8, 0).Length);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Pages_ThatComeBack_RunOverEveryKindOfModel(string name)
    {
        using LanguageModel model = Load(name);
        using KvSession pages = HybridPages.Open(model), whole = HybridWhole.Open(model);
        int[] prompt = Tokens(40, 6);
        pages.Prefill(prompt);
        whole.Prefill(prompt);
        AssertNear(whole.Logits(), pages.Logits());
        pages.Step([3]);
        Assert.False(pages.Logits().ContainsAnyExceptInRange(float.MinValue, float.MaxValue));
    }

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(150))];
    }

    private static LanguageModel Load(string name)
        => LanguageModel.Load(OpenVectors.Path("families-2026", name), new LanguageModelOptions { Threads = 2 });

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }
}

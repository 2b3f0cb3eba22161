using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.IntegrationTests.Saved;
using static KvCompose.IntegrationTests.Conversations.ConversationSessions;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>Appending in one pass. What every combination makes of a chunk is held to plain references by the combination tests.</summary>
public sealed class AppendTests : IDisposable
{
    private readonly TestModel _model = Model();

    public static TheoryData<string> Pipelines => All;

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 2)]
    [InlineData(32, 33)]
    [InlineData(40, 200)]
    [InlineData(500, 17)]
    public void Append_ToTheFullCache_EqualsOnePrompt(int first, int second)
    {
        int[] whole = _model.Prompt(first + second, 3);
        using KvSession expected = Everything.Open(_model), actual = Everything.Open(_model);
        expected.Prefill(whole);
        actual.Prefill(whole.AsSpan(..first));
        actual.Append(whole.AsSpan(first..));
        AssertNear(expected.Logits(), actual.Logits());
        Assert.Equal(expected.Positions(3, 1), actual.Positions(3, 1));
        Assert.Equal(expected.Usage.BytesHeld, actual.Usage.BytesHeld);
    }

    [Fact]
    public void Append_ToSeveralSequencesInTurns_EqualsOnePromptEach()
    {
        int[][] whole = [_model.Prompt(150, 1), _model.Prompt(150, 2), _model.Prompt(150, 3)];
        int[][] cuts = [[20, 60, 61, 150], [1, 2, 100, 150], [90, 107, 149, 150]];
        using KvSession session = Everything.Open(_model, new() { Sequences = 3 }), alone = Everything.Open(_model);
        for (int turn = 0; turn < 4; turn++)
        {
            for (int sequence = 0; sequence < 3; sequence++)
            {
                session.Append(sequence, whole[sequence].AsSpan((turn == 0 ? 0 : cuts[sequence][turn - 1])..cuts[sequence][turn]));
            }
        }

        for (int sequence = 0; sequence < 3; sequence++)
        {
            alone.Prefill(whole[sequence]);
            AssertNear(alone.Logits(), session.Logits(sequence));
        }
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Append_OfOneToken_IsAStep(string name)
    {
        using KvSession expected = Open(name, _model), actual = Open(name, _model);
        foreach (KvSession session in (KvSession[])[expected, actual])
        {
            session.Prefill(_model.Prompt(120, 1));
        }

        for (int token = 0; token < 20; token++)
        {
            expected.Step([token]);
            actual.Append([token]);
        }

        AssertSame(StateOf(expected), StateOf(actual));
    }

    [Fact]
    public void Decode_BetweenTurns_LosesNoToken()
    {
        int[] prompt = _model.Prompt(30, 1), question = _model.Prompt(20, 2);
        using KvSession talking = Everything.Open(_model), once = Everything.Open(_model);
        talking.Prefill(prompt);
        int[] answer = [.. talking.Decode(4), .. talking.Decode(1), .. talking.Decode(3)];
        Assert.Equal(37, talking.Length());
        talking.Append(question);
        once.Prefill([.. prompt, .. answer, .. question]);
        Assert.Equal(once.Length(), talking.Length());
        AssertNear(once.Logits(), talking.Logits());

        once.Prefill(prompt);
        Assert.Equal(once.Decode(8), answer);
    }

    [Fact]
    public void Decode_BrokenOff_LosesNoTokenThatItReturned()
    {
        int[] prompt = _model.Prompt(30, 1), question = _model.Prompt(20, 2);
        using KvSession talking = Everything.Open(_model), once = Everything.Open(_model);
        talking.Prefill(prompt);
        int[] answer = [.. talking.Decode(10).Take(3)];
        using var file = new MemoryStream();
        talking.Save(file);
        file.Position = 0;
        once.Resume(file);
        talking.Append(question);
        once.Append(question);
        Assert.Equal(talking.Logits(), once.Logits());

        once.Prefill([.. prompt, .. answer, .. question]);
        AssertNear(once.Logits(), talking.Logits());
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Append_CancelledInAnyLayer_LeavesTheSequenceAsItWas(string name)
    {
        using KvSession touched = Open(name, _model), untouched = Open(name, _model);
        foreach (KvSession session in (KvSession[])[touched, untouched])
        {
            session.Prefill(_model.Prompt(120, 1));
            session.Step([5]);
        }

        for (int layer = 0; layer < 3; layer++)
        {
            using var source = new CancellationTokenSource();
            int cancelling = layer;
            _model.Completing = (completed, rows) =>
            {
                if (completed == cancelling && rows > 1)
                {
                    source.Cancel();
                }
            };
            long held = touched.Usage.BytesHeld;
            Assert.ThrowsAny<OperationCanceledException>(() => touched.Append(_model.Prompt(50, 2), source.Token));
            _model.Completing = null;
            Assert.Equal(121, touched.Length());
            if (touched.TierUsage.HostBytes == 0)
            {
                AssertSame(StateOf(untouched), StateOf(touched));
                Assert.Equal(untouched.Usage.BytesHeld, touched.Usage.BytesHeld);
            }
        }

        foreach (KvSession session in (KvSession[])[touched, untouched])
        {
            session.Append(_model.Prompt(50, 2));
            session.Step([6]);
        }

        AssertSame(StateOf(untouched), StateOf(touched));
    }

    [Theory]
    [InlineData(nameof(Everything))]
    [InlineData(nameof(WindowAverage))]
    [InlineData(nameof(NibblePipeline))]
    [InlineData(nameof(EvictingPipeline))]
    public void Append_BeyondTheByteLimit_LeavesTheSequenceAsItWas(string name)
    {
        using KvSession untouched = Open(name, _model);
        untouched.Prefill(_model.Prompt(120, 1));
        using KvSession touched = Open(name, _model, limit: untouched.Usage.PeakBytes * 3 / 2);
        touched.Prefill(_model.Prompt(120, 1));
        Assert.Throws<CacheLimitException>(() => touched.Append(_model.Prompt(400, 2)));
        AssertSame(StateOf(untouched), StateOf(touched));
        Assert.Equal(untouched.Usage.BytesHeld, touched.Usage.BytesHeld);
        touched.Append(_model.Prompt(10, 3));
        untouched.Append(_model.Prompt(10, 3));
        AssertSame(StateOf(untouched), StateOf(touched));
    }

    [Fact]
    public void Append_OfBadInput_ChangesNothing()
    {
        using KvSession session = Everything.Open(_model);
        session.Prefill(_model.Prompt(40, 1));
        (string Held, float[] Logits) before = StateOf(session);
        Assert.Throws<ArgumentException>(() => session.Append([]));
        Assert.Contains("token 1 is 99999", Assert.Throws<ArgumentException>(() => session.Append([1, 99_999])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Append(1, [1]));
        ContextExceededException error = Assert.Throws<ContextExceededException>(() => session.Append(new int[4096 - 39]));
        Assert.Equal((4097, 4096), (error.Tokens, error.Context));
        AssertSame(before, StateOf(session));
        session.Append(new int[4096 - 40]);
        Assert.Equal(4096, session.Length());
    }

    [Fact]
    public void Append_ToAnEmptySequence_IsItsPrompt()
    {
        using KvSession expected = WindowAverage.Open(_model), actual = WindowAverage.Open(_model);
        expected.Prefill(_model.Prompt(120, 1));
        actual.Append(_model.Prompt(120, 1));
        AssertSame(StateOf(expected), StateOf(actual));
    }

    [Theory]
    [InlineData(nameof(EvictingPipeline))]
    [InlineData(nameof(CollectingPipeline))]
    public void Append_WhereHeadsEvict_EndsWithinTheBudget(string name)
    {
        using KvSession session = Open(name, _model);
        session.Prefill(_model.Prompt(200, 1));
        session.Append(_model.Prompt(300, 2));
        double held = session.Usage.TokensPerHead;
        for (int turn = 0; turn < 3; turn++)
        {
            session.Append(_model.Prompt(100, 3 + turn));
            Assert.Equal(held, session.Usage.TokensPerHead);
        }

        Assert.InRange(held, 8, 64);
    }

    [Fact]
    public void Append_WithPages_MovesTheChunkToTheHostButForTheWindow()
    {
        using KvSession session = PagedManual.Open(_model);
        session.Prefill(_model.Prompt(200, 1));
        session.Append(_model.Prompt(600, 2));
        int resident = session.Positions(2, 0).Count(static position => position >= 200);

        // A window of 16 tokens, a page that fills, and what was brought in: at most 64.
        Assert.InRange(resident, 16, 64 + 32);
        session.Append(_model.Prompt(8, 4));
        Assert.Equal(808, session.Length());
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - 1e-4f, expected[i] + 1e-4f);
        }
    }

    private static void AssertSame((string Held, float[] Logits) expected, (string Held, float[] Logits) actual)
    {
        Assert.Equal(expected.Held, actual.Held);
        Assert.Equal(expected.Logits, actual.Logits);
    }
}

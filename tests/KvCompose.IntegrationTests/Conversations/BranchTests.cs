using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.IntegrationTests.Saved;
using static KvCompose.IntegrationTests.Conversations.ConversationSessions;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>Going back in a sequence, and going on with it twice.</summary>
public sealed class BranchTests : IDisposable
{
    private readonly TestModel _model = Model();

    public static TheoryData<string> Pipelines => All;

    public static TheoryData<string> KeepingPipelines => Keeping;

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(60)]
    [InlineData(99)]
    public void Rewind_OfTheFullCache_EqualsAFreshSequence(int length)
    {
        int[] prompt = _model.Prompt(80, 1), more = _model.Prompt(40, 2), other = _model.Prompt(15, 3);
        int[] all = [.. prompt, .. more];
        using KvSession session = Everything.Open(_model), fresh = Everything.Open(_model);
        session.Prefill(prompt);
        session.Append(more);
        session.Rewind(length);
        Assert.Equal(length, session.Length());
        Assert.Equal(Enumerable.Range(0, length), session.Positions(2, 1));
        Assert.Throws<InvalidOperationException>(() => session.Logits());
        fresh.Prefill(all.AsSpan(..length));
        Assert.Equal(fresh.Usage.BytesHeld, session.Usage.BytesHeld);
        session.Append(other);
        fresh.Append(other);
        for (int i = 0; i < fresh.Logits().Length; i++)
        {
            Assert.InRange(session.Logits()[i], fresh.Logits()[i] - 1e-4f, fresh.Logits()[i] + 1e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(KeepingPipelines))]
    public void Rewind_ToTheEndOfTheTurn_BringsItsLogitsBack(string name)
    {
        using KvSession session = Open(name, _model), once = Open(name, _model);
        foreach (KvSession one in (KvSession[])[session, once])
        {
            one.Prefill(_model.Prompt(120, 1));
        }

        int[] first = [.. session.Decode(6)];
        session.Rewind(120);
        Assert.Equal(once.Logits(), session.Logits());
        Assert.Equal(first, session.Decode(6));
        session.Rewind(120);
        session.Append(_model.Prompt(9, 2));
        once.Append(_model.Prompt(9, 2));
        Assert.Equal(StateOf(once).Held, StateOf(session).Held);
        Assert.Equal(once.Logits(), session.Logits());
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Rewind_ToNothing_EmptiesTheSequence(string name)
    {
        using KvSession session = Open(name, _model);
        session.Prefill(_model.Prompt(120, 1));
        session.Step([1]);
        session.Rewind(0);
        Assert.Equal((0, 0L, 0L), (session.Length(), session.Usage.BytesHeld, session.TierUsage.HostBytes));
    }

    [Fact]
    public void Rewind_BeyondTheSequence_IsRefused()
    {
        using KvSession session = Everything.Open(_model);
        session.Prefill(_model.Prompt(40, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Rewind(41));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Rewind(-1));
        session.Rewind(40);
        Assert.Equal(40, session.Length());
        Assert.Equal(session.Shape.Vocabulary, session.Logits().Length);
    }

    [Theory]
    [InlineData(nameof(WindowAverage), 100, "chosen at 120 tokens")]
    [InlineData(nameof(ThinPipeline), 100, "chosen at 120 tokens")]
    [InlineData(nameof(EvictingPipeline), 120, "give up tokens")]
    [InlineData(nameof(CollectingPipeline), 120, "give up tokens")]
    [InlineData(nameof(PagedManual), 120, "tier")]
    [InlineData(nameof(OmniUniform), 120, "tier")]
    [InlineData(nameof(HeteroNextToken), 120, "tier")]
    public void Rewind_ToWhatIsNotHeld_SaysWhyAndChangesNothing(string name, int length, string reason)
    {
        using KvSession session = Open(name, _model);
        session.Prefill(_model.Prompt(120, 1));
        session.Step([1]);
        session.Step([2]);
        (string Held, float[] Logits) before = StateOf(session);
        RewindException error = Assert.Throws<RewindException>(() => session.Rewind(length));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(length, error.Length);
        Assert.Equal(122, session.Length());
        Assert.Equal(before.Held, StateOf(session).Held);
        Assert.Equal(before.Logits, StateOf(session).Logits);
    }

    [Fact]
    public void Rewind_WhereHeadsEvictButHaveNotYet_EqualsAFreshSequence()
    {
        using KvSession session = EvictingPipeline.Open(_model), fresh = EvictingPipeline.Open(_model);
        foreach (KvSession one in (KvSession[])[session, fresh])
        {
            one.Prefill(_model.Prompt(20, 1)); // heads may hold 40 tokens
            one.Append(_model.Prompt(5, 2));
        }

        session.Append(_model.Prompt(8, 3));
        session.Rewind(25);
        int[] further = _model.Prompt(30, 4);
        session.Append(further);
        fresh.Append(further);
        Assert.Equal(StateOf(fresh).Held, StateOf(session).Held);
        Assert.Equal(StateOf(fresh).Logits, StateOf(session).Logits);
        Assert.Contains("give up tokens", Assert.Throws<RewindException>(() => session.Rewind(25)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rewind_WhereTokensCollectAttention_IsRefused()
    {
        using KvSession session = CollectingPipeline.Open(_model);
        session.Prefill(_model.Prompt(20, 1));
        session.Step([1]);
        Assert.Contains("collect", Assert.Throws<RewindException>(() => session.Rewind(20)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rewind_IntoAPageThatWasQuantised_IsRefusedButToItsBordersIsNot()
    {
        using KvSession session = NibblePipeline.Open(_model), other = NibblePipeline.Open(_model);
        foreach (KvSession one in (KvSession[])[session, other])
        {
            one.Prefill(_model.Prompt(120, 1)); // 48 tokens a head: a page of 32, and 16 that wait
        }

        other.Append(_model.Prompt(16, 2));
        session.Append(_model.Prompt(16, 2));
        session.Append(_model.Prompt(20, 3));
        Assert.Contains("rewritten a page", Assert.Throws<RewindException>(() => session.Rewind(130)).Message, StringComparison.Ordinal);
        session.Rewind(150);
        session.Rewind(136);
        session.Append([7, 8]);
        other.Append([7, 8]);
        Assert.Equal(other.Logits(), session.Logits());
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Fork_GoesOnAsItsSourceWouldAndNeitherDisturbsTheOther(string name)
    {
        using KvSession session = Open(name, _model, 4), alone = Open(name, _model);
        int[] prompt = _model.Prompt(130, 1);
        session.Prefill(1, prompt);
        alone.Prefill(prompt);
        Step(session, 1, 3);
        alone.Step([3]);
        session.Fork(1, 0);
        Step(session, 0, 4); // the fork writes first
        session.Fork(0, 2); // a fork of a fork
        session.Fork(1, 3);
        session.Append(0, _model.Prompt(40, 5));
        for (int step = 0; step < 40; step++)
        {
            session.Step([-1, step, step + 50, -1]);
        }

        for (int step = 0; step < 40; step++)
        {
            Step(session, 3, step);
        }

        AssertContinues(alone, prompt, [3], session, 1);
        AssertContinues(alone, prompt, [3], session, 3);
        AssertContinues(alone, prompt, [3, 4], session, 2, 50);
    }

    [Fact]
    public void Fork_OfTheFullCache_HoldsSharedPagesOnce()
    {
        using KvSession session = Everything.Open(_model, new() { Sequences = 3 });
        session.Prefill(0, _model.Prompt(321, 1));
        long held = session.Usage.BytesHeld, page = Everything.Plan.PageBytes;
        session.Fork(0, 1);
        session.Fork(1, 2);
        Assert.Equal(held, session.Usage.BytesHeld);
        Assert.Equal(321, session.Usage.TokensPerHead);

        // A token each: the page that it goes to is copied, in 4 layers of 2 heads; the last of three need not copy.
        session.Step([1, 2, 3]);
        Assert.Equal(held + (2 * 8 * page), session.Usage.BytesHeld);
        session.Clear(0);
        session.Clear(2);
        Assert.Equal(held, session.Usage.BytesHeld);
        session.Step([-1, 5, -1]);
        session.Clear(1);
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Fork_ReleasedInAnyOrder_LeavesNothing(string name)
    {
        int[][] orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2]];
        using KvSession session = Open(name, _model, 3);
        foreach (int[] order in orders)
        {
            session.Prefill(0, _model.Prompt(100, 1));
            session.Fork(0, 1);
            session.Fork(1, 2);
            foreach (int sequence in order)
            {
                session.Clear(sequence);
            }

            Assert.Equal((0L, 0L), (session.Usage.BytesHeld, session.TierUsage.HostBytes));
        }
    }

    [Fact]
    public void Fork_OntoAFullSequence_DropsWhatItHeld()
    {
        using KvSession session = Everything.Open(_model, new() { Sequences = 2 });
        session.Prefill(0, _model.Prompt(64, 1));
        session.Prefill(1, _model.Prompt(200, 2));
        session.Fork(0, 1);
        Assert.Equal(64, session.Length(1));
        Assert.Equal(8L * 2 * Everything.Plan.PageBytes, session.Usage.BytesHeld);
        Assert.Equal(session.Logits(0), session.Logits(1));
    }

    [Fact]
    public void Fork_OfNothingOrOntoItself_IsRefused()
    {
        using KvSession session = Everything.Open(_model, new() { Sequences = 2 });
        Assert.Throws<InvalidOperationException>(() => session.Fork(0, 1));
        session.Prefill(0, [1, 2]);
        Assert.Throws<ArgumentException>(() => session.Fork(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Fork(0, 2));
        Assert.Equal(0, session.Length(1));
    }

    [Fact]
    public void Step_OfAForkWithoutRoomToCopy_AppendsNothing()
    {
        using KvSession session = Everything.Open(_model, new() { Sequences = 2, MaxCacheBytes = 10 * Everything.Plan.PageBytes });
        session.Prefill(0, _model.Prompt(20, 1));
        session.Fork(0, 1);
        Assert.Throws<CacheLimitException>(() => Step(session, 1, 5));
        Assert.Equal((20, 20), (session.Length(0), session.Length(1)));
        session.Clear(0);
        Step(session, 1, 5);
        Assert.Equal(21, session.Length(1));
    }

    [Fact]
    public void Rewind_OfAFork_LeavesTheOtherWhole()
    {
        using KvSession session = Everything.Open(_model, new() { Sequences = 2 }), alone = Everything.Open(_model);
        int[] prompt = _model.Prompt(100, 1);
        session.Prefill(0, prompt);
        alone.Prefill(prompt);
        session.Fork(0, 1);
        session.Rewind(70, 1);
        session.Append(1, _model.Prompt(50, 2));
        Step(session, 0, 9);
        alone.Step([9]);
        Assert.Equal(alone.Logits(), session.Logits(0));
    }

    /// <summary>A sequence equals one that was alone from its prompt on, which goes through the same steps.</summary>
    private void AssertContinues(KvSession alone, int[] prompt, int[] begun, KvSession session, int sequence, int from = 0)
    {
        alone.Prefill(prompt);
        foreach (int token in (int[])[.. begun, .. Enumerable.Range(from, 40)])
        {
            alone.Step([token]);
        }

        Assert.Equal(alone.Length(), session.Length(sequence));
        Assert.Equal(StateOf(alone).Held, StateOf(session, sequence).Held);
        for (int i = 0; i < _model.Plain.Vocabulary; i++)
        {
            Assert.InRange(session.Logits(sequence)[i], alone.Logits()[i] - 1e-4f, alone.Logits()[i] + 1e-4f);
        }
    }
}

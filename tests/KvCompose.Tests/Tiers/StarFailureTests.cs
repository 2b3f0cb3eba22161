using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Residency.HeteroCache;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Tests.Tiers;

/// <summary>A star whose gather does not come through: the cause is kept, the drift shows again, and nothing is lost.</summary>
public sealed unsafe class StarFailureTests : IDisposable
{
    private const int Tokens = 64, HeadDim = 16, Kept = 16;

    private readonly HostMemory _memory = new();
    private readonly TierCounters _counters = new();
    private readonly NativeFloats _rows = new(2 * Tokens * HeadDim);
    private readonly KvSplitPlan _items = new(1, new PageLayout(HeadDim, 16, 32), Tokens, Tokens + 16);
    private readonly MonitorScratch _scratch = new();
    private readonly HostPrompt _prompt;
    private readonly MonitoredPivotGroup _star;

    public StarFailureTests()
    {
        int[] rows = [.. Enumerable.Range(0, Tokens)];
        _prompt = new HostPrompt(new PlacementContext
        {
            HeadDim = HeadDim,
            Positions = rows,
            KeyTiles = _rows.Pointer,
            Values = _rows.Pointer + (Tokens * HeadDim),
            ValueStride = HeadDim,
        });
        long bytes = HostPrompt.BytesOf(Tokens, HeadDim);
        _memory.Take(bytes);
        var scores = new PivotScores(1, PoolingKind.None, 1, GroupReduction.Sum);
        var settings = new PivotGroupSettings(scores, 1, 1, KvCompose.PublishedDefects.None, 2 * HeadDim, _memory);
        _scratch.Reserve(scores.ScratchFloats(1), Tokens);
        _star = new MonitoredPivotGroup(
            settings, new PivotReference(0, [ulong.MaxValue >> (Tokens - Kept)], Kept),
            [new HostKvCopy(1, new ResidentSlots(Tokens, rows[Kept..]), _prompt, _memory, bytes)], PromptRange.Of(Tokens, 0, 0), rows);
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _items.Dispose();
        _rows.Dispose();
    }

    [Fact]
    public void Gather_ThatThrows_KeepsItsCauseAndTheDrift()
    {
        using var worker = new GatherWorker("test");
        _prompt.Dispose();
        for (int failures = 1; failures <= 2; failures++)
        {
            Assert.True(AskForTheLastTokens(worker));
            Assert.Equal(-1, _star.Receive(wait: true, worker, _counters));
            Assert.Equal(failures, _counters.Failures);
            Assert.IsType<ObjectDisposedException>(_counters.LastFailure);
            Assert.False(_star.Gather.IsUnderWay);
        }

        Assert.Equal(0, _counters.Tokens);
        Assert.Equal(Enumerable.Range(0, Kept), Enumerable.Range(0, Tokens).Where(_star.Gather.Copies[0].Slots.Holds));
    }

    [Fact]
    public void Gather_ThatComes_ReplacesTheTokensAndFailsNowhere()
    {
        using var worker = new GatherWorker("test");
        Assert.True(AskForTheLastTokens(worker));
        int buffer = _star.Receive(wait: true, worker, _counters);
        Assert.InRange(buffer, 0, 1);
        _star.Gather.Done(buffer);
        Assert.Equal((0L, Kept), (_counters.Failures, (int)_counters.Tokens));
        Assert.Equal(Enumerable.Range(Tokens - Kept, Kept), Enumerable.Range(0, Tokens).Where(_star.Gather.Copies[0].Slots.Holds));
        Assert.False(AskForTheLastTokens(worker));
    }

    [Fact]
    public void Dispose_OfARequestThatNobodyServes_WithdrawsItAndGivesTheMemoryBack()
    {
        var ended = new GatherWorker("test");
        ended.Dispose();
        Assert.Throws<ObjectDisposedException>(() => AskForTheLastTokens(ended));
        Assert.True(_star.Gather.IsUnderWay);
        _star.Dispose();
        Assert.Equal(0, _memory.HeldBytes);
    }

    /// <summary>A step of the pivot that attends to the last tokens of the prompt most.</summary>
    private bool AskForTheLastTokens(GatherWorker worker)
    {
        var table = new PageTable { Tokens = Tokens, PageCount = Tokens / 16, RetainsWeights = true };
        _items.Clear();
        _items.Add(&table, 1, null, null, 0, Tokens);
        _items.PlaceWeights();
        KvSplit item = _items.Items[0];
        (item.Maxima[0], item.Maxima[1]) = (0, Tokens * (Tokens + 1) / 2);
        for (int token = 0; token < Tokens; token++)
        {
            item.Weights[token] = token + 1;
        }

        _star.SampleOverlap(_items, _items.Heads, _scratch);
        return _star.Ask(worker, _counters);
    }
}

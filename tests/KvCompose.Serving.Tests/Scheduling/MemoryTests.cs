using KvCompose.Models;
using KvCompose.Serving.Tests.Support;

namespace KvCompose.Serving.Tests.Scheduling;

public sealed class MemoryTests : IDisposable
{
    private readonly LanguageModel _model = Support.Models.Load();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("full")]
    [InlineData("bytes")]
    [InlineData("snap")]
    [InlineData("streaming")]
    [InlineData("hitters")]
    [InlineData("paged")]
    public async Task Submit_MoreThanFits_WaitsAndNoneFails(string name)
    {
        ServedPipeline pipeline = Support.Models.Pipelines.Single(pipeline => pipeline.Name == name);
        long one = MostOf(pipeline, 160);
        await using var engine = new ServingEngine(
            _model, Support.Models.Pipelines, new ServingOptions { MaxCacheBytes = Math.Max(1 << 16, 2 * one), MaxRunning = 8, MaxChoices = 1, MaxKept = 4 });
        long most = 0;
        int[][] prompts = [.. Enumerable.Range(0, 24).Select(i => Support.Models.Prompt(_model, i % 5, 100 + (i * 7 % 40)))];
        Generation[] running = [.. prompts.Select(prompt => engine.Submit(Answers.Greedy(prompt, 20, name)))];
        Task<int[]>[] answers = [.. running.Select(Answers.TokensAsync)];
        while (answers.Any(static answer => !answer.IsCompleted))
        {
            most = Math.Max(most, engine.Status.BytesHeld);
            await Task.Delay(1);
        }

        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(Support.Models.Alone(_model, pipeline, prompts[i], 20), await answers[i]);
        }

        Assert.True(most <= engine.Options.MaxCacheBytes, $"{most} bytes held");
    }

    /// <summary>What is held when a request comes says nothing: those who run grow to many times of it.</summary>
    [Fact]
    public async Task Submit_LongAnswersOfShortPrompts_WaitForWhatOthersMayComeToNeed()
    {
        ServedPipeline pipeline = Support.Models.Pipelines[0];
        await using var engine = new ServingEngine(
            _model, Support.Models.Pipelines, new ServingOptions { MaxCacheBytes = 3 * MostOf(pipeline, 220) / 2, MaxRunning = 8, MaxChoices = 1 });
        int[][] prompts = [.. Enumerable.Range(0, 4).Select(i => Support.Models.Prompt(_model, i, 20))];
        Task<int[]>[] answers = [.. prompts.Select(prompt => Answers.TokensAsync(engine.Submit(Answers.Greedy(prompt, 200))))];

        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(Support.Models.Alone(_model, pipeline, prompts[i], 200), await answers[i]);
        }
    }

    [Fact]
    public async Task Submit_LargerThanTheBound_FailsAloneWithTheReason()
    {
        ServedPipeline pipeline = Support.Models.Pipelines[0];
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxCacheBytes = MostOf(pipeline, 200) });
        int[] small = Support.Models.Prompt(_model, 2, 40);
        Generation before = engine.Submit(Answers.Greedy(small, 30));
        Generation large = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 1, 900), 5));
        Generation after = engine.Submit(Answers.Greedy(small, 30));

        int[] expected = Support.Models.Alone(_model, pipeline, small, 30);
        Assert.Equal(expected, await Answers.TokensAsync(before));
        CacheLimitException limit = await Assert.ThrowsAsync<CacheLimitException>(() => Answers.TokensAsync(large));
        Assert.Equal(engine.Options.MaxCacheBytes, limit.LimitBytes);
        Assert.Equal(expected, await Answers.TokensAsync(after));
    }

    [Theory]
    [InlineData("full")]
    [InlineData("bytes")]
    [InlineData("snap")]
    [InlineData("streaming")]
    [InlineData("hitters")]
    [InlineData("paged")]
    public void MostGrowth_EveryStep_IsNeverExceeded(string name)
    {
        ServedPipeline pipeline = Support.Models.Pipelines.Single(pipeline => pipeline.Name == name);
        using KvSession session = pipeline.Open(_model, new SessionLimits(2, 0));
        long promised = session.MostGrowth(0, 150 + 30);
        session.Prefill(0, Support.Models.Prompt(_model, 1, 150));
        long alone = session.Usage.BytesHeld;
        Assert.True(alone <= promised, $"{alone} bytes after the prompt, {promised} promised");
        session.Fork(0, 1);
        long held = session.Usage.BytesHeld, both = session.MostGrowth(0, 30) + session.MostGrowth(1, 30);
        Assert.Equal(alone + session.ForkBytes(0, 150), held);
        for (int i = 0; i < 30; i++)
        {
            session.Step([5 + (i % 3), 6 + (i % 2)]);
            Assert.True(session.Usage.BytesHeld <= held + both, $"step {i}: {session.Usage.BytesHeld} bytes, {held + both} promised");
        }
    }

    private long MostOf(ServedPipeline pipeline, int tokens)
    {
        using KvSession session = pipeline.Open(_model, new SessionLimits(1, 0));
        return session.MostGrowth(0, tokens);
    }
}

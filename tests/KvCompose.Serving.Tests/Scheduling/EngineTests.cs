using KvCompose.Models;
using KvCompose.Models.Sampling;
using KvCompose.Serving.Tests.Support;

namespace KvCompose.Serving.Tests.Scheduling;

public sealed class EngineTests : IDisposable
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
    public async Task Submit_ManyAtOnceOfUnlikeLengths_EachAnswersAsAlone(string name)
    {
        ServedPipeline pipeline = Support.Models.Pipelines.Single(pipeline => pipeline.Name == name);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxRunning = 5, MaxKept = 3, MaxChoices = 1 });
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => Support.Models.Prompt(_model, i, 20 + (37 * i % 211)))];

        Generation[] running = [.. prompts.Select((prompt, i) => engine.Submit(Answers.Greedy(prompt, 4 + (i % 9), name)))];
        int[][] answers = await Task.WhenAll(running.Select(Answers.TokensAsync));

        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(Support.Models.Alone(_model, pipeline, prompts[i], 4 + (i % 9)), answers[i]);
            Assert.Equal(FinishReason.Length, running[i].Finish);
        }
    }

    [Fact]
    public async Task Submit_SeededBesideOthersThatComeAndGo_SameAnswer()
    {
        GenerationRequest seeded = Answers.Greedy(Support.Models.Prompt(_model, 1, 60), 24) with { Sampling = new SamplingOptions { Seed = 7, Temperature = 1 } };
        int[] alone;
        await using (var engine = new ServingEngine(_model, Support.Models.Pipelines))
        {
            alone = await Answers.TokensAsync(engine.Submit(seeded));
        }

        await using var busy = new ServingEngine(_model, Support.Models.Pipelines);
        Generation[] others = [.. Enumerable.Range(0, 9).Select(i => busy.Submit(
            Answers.Greedy(Support.Models.Prompt(_model, 10 + i, 30 + i), 3 + i) with { Sampling = new SamplingOptions { Seed = i % 2 == 0 ? null : 3UL } }))];
        int[] beside = await Answers.TokensAsync(busy.Submit(seeded));
        await Task.WhenAll(others.Select(Answers.TokensAsync));

        Assert.Equal(alone, beside);
    }

    [Fact]
    public async Task Submit_Choices_PromptIsComputedOnce()
    {
        int[] prompt = Support.Models.Prompt(_model, 1, 90);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);

        foreach (string name in (string[])["full", "snap", "hitters", "paged"])
        {
            IReadOnlyList<Generation> choices = engine.Submit(Answers.Greedy(prompt, 6, name), 3);
            int[][] answers = await Task.WhenAll(choices.Select(Answers.TokensAsync));

            int[] expected = Support.Models.Alone(_model, Support.Models.Pipelines.Single(pipeline => pipeline.Name == name), prompt, 6);
            Assert.All(answers, answer => Assert.Equal(expected, answer));
        }
    }

    [Fact]
    public async Task Submit_SeededChoices_EachHasItsOwnSeed()
    {
        GenerationRequest request = Answers.Greedy(Support.Models.Prompt(_model, 1, 40), 12) with { Sampling = new SamplingOptions { Seed = 5, Temperature = 2 } };
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);

        IReadOnlyList<Generation> choices = engine.Submit(request, 2);
        int[][] answers = await Task.WhenAll(choices.Select(Answers.TokensAsync));
        int[] second = await Answers.TokensAsync(engine.Submit(request with { Sampling = request.Sampling with { Seed = 6 } }));

        Assert.Equal([5UL, 6UL], choices.Select(static choice => choice.Seed));
        Assert.NotEqual(answers[0], answers[1]);
        Assert.Equal(second, answers[1]);
    }

    [Fact]
    public async Task Cancel_InEveryPhase_NothingIsLeft()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxRunning = 4, MaxKept = 0, MaxChoices = 1, MaxWaiting = 1000 });
        var random = new Random(3);
        var running = new List<Task>();
        for (int i = 0; i < 300; i++)
        {
            string pipeline = Support.Models.Pipelines[i % 6].Name;
            Generation generation = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, i, random.Next(1, 60)), random.Next(1, 12), pipeline));
            int after = random.Next(0, 14);
            running.Add(ReadSomeAsync(generation, after));
        }

        await Task.WhenAll(running);
        int[] prompt = Support.Models.Prompt(_model, 1000, 50);
        int[] answer = await Answers.TokensAsync(engine.Submit(Answers.Greedy(prompt, 5)));

        Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 5), answer);
        await Idle(engine);
        Assert.Equal(new EngineStatus(0, 0, 0, 0, 1L << 30, false), engine.Status);
    }

    [Fact]
    public async Task Submit_ShortPromptBesideLongOne_DoesNotWaitForItsEnd()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        Generation first = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 1, 4), 1));
        await Answers.TokensAsync(first);
        Generation small = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 5, 8), 400));
        await using IAsyncEnumerator<GeneratedPiece> pieces = small.GetAsyncEnumerator();
        Assert.True(await pieces.MoveNextAsync());
        long before = engine.Steps;

        Generation large = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 2, 1900), 1));
        await Answers.TokensAsync(large);

        // One step for every layer of the long prompt at least, while it was computed.
        Assert.True(engine.Steps - before >= _model.Shape.Layers - 1, $"{engine.Steps - before} steps");
    }

    [Fact]
    public async Task Submit_MoreThanMayWait_IsRefusedWithATime()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxRunning = 1, MaxWaiting = 2, MaxChoices = 1 });
        Generation[] taken = [.. Enumerable.Range(0, 2).Select(i => engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, i, 1500), 1)))];

        ServerBusyException? refused = null;
        for (int i = 0; i < 20 && refused is null; i++)
        {
            try
            {
                _ = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, i, 1500), 1));
            }
            catch (ServerBusyException exception)
            {
                refused = exception;
            }
        }

        Assert.NotNull(refused);
        Assert.True(refused.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Contains("2 requests wait", refused.Message, StringComparison.Ordinal);
        await Task.WhenAll(taken.Select(Answers.TokensAsync));
    }

    [Fact]
    public async Task Submit_PastItsTime_EndsAndOthersGoOn()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        int[] prompt = Support.Models.Prompt(_model, 1, 30);

        Generation late = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 2, 1900), 100) with { Timeout = TimeSpan.FromTicks(1) });
        Generation other = engine.Submit(Answers.Greedy(prompt, 5));

        await Assert.ThrowsAsync<TimeoutException>(() => Answers.TokensAsync(late));
        Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 5), await Answers.TokensAsync(other));
    }

    [Theory]
    [InlineData("Pipeline")]
    [InlineData("Prompt")]
    [InlineData("MaxTokens")]
    [InlineData("Timeout")]
    [InlineData("TopP")]
    [InlineData("long")]
    [InlineData("token")]
    public async Task Submit_BadRequest_NamesTheParameter(string what)
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        GenerationRequest good = Answers.Greedy([5, 6, 7], 3);
        GenerationRequest bad = what switch
        {
            "Pipeline" => good with { Pipeline = "nosuch" },
            "Prompt" => good with { Prompt = [] },
            "MaxTokens" => good with { MaxTokens = -1 },
            "Timeout" => good with { Timeout = TimeSpan.FromSeconds(-1) },
            "TopP" => good with { Sampling = new SamplingOptions { TopP = 7 } },
            "long" => good with { Prompt = Support.Models.Prompt(_model, 1, _model.Context) },
            _ => good with { Prompt = [5, _model.Shape.Vocabulary] },
        };

        RequestRefusedException refused = Assert.Throws<RequestRefusedException>(() => engine.Submit(bad));

        Assert.Equal(what is "long" or "token" ? "Prompt" : what, refused.Parameter);
    }

    [Fact]
    public async Task Drain_TakesNoMore_AnswersWhatWasTaken()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        int[] prompt = Support.Models.Prompt(_model, 1, 100);
        Generation taken = engine.Submit(Answers.Greedy(prompt, 20));

        Task drained = engine.DrainAsync();
        Assert.ThrowsAny<Exception>(() => engine.Submit(Answers.Greedy(prompt, 1)));
        await drained;

        Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 20), await Answers.TokensAsync(taken));
    }

    [Fact]
    public async Task Dispose_WhileAnswering_ReadersGetAnError()
    {
        var engine = new ServingEngine(_model, Support.Models.Pipelines);
        Generation running = engine.Submit(Answers.Greedy(Support.Models.Prompt(_model, 1, 50), 1500));

        await engine.DisposeAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => Answers.TokensAsync(running));
        Assert.Throws<ObjectDisposedException>(() => engine.Submit(Answers.Greedy([5], 1)));
    }

    internal static async Task Idle(ServingEngine engine)
    {
        for (int i = 0; i < 500 && engine.Status is not { Running: 0, Waiting: 0 }; i++)
        {
            await Task.Delay(10);
        }
    }

    private static async Task ReadSomeAsync(Generation generation, int pieces)
    {
        if (pieces == 0)
        {
            generation.Cancel();
            return;
        }

        await foreach (GeneratedPiece _ in generation)
        {
            if (--pieces == 0)
            {
                return;
            }
        }
    }
}

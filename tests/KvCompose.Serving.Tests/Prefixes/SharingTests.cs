using KvCompose.Models;
using KvCompose.Serving.Tests.Support;

namespace KvCompose.Serving.Tests.Prefixes;

public sealed class SharingTests : IDisposable
{
    private readonly LanguageModel _model = Support.Models.Load();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    public async Task Submit_SamePromptTwice_SameAnswerAndNothingButTheLastTokenIsComputed(int length)
    {
        int[] prompt = Support.Models.Prompt(_model, 1, length);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);

        Generation first = engine.Submit(Answers.Greedy(prompt, 6));
        int[] once = await Answers.TokensAsync(first);
        Generation second = engine.Submit(Answers.Greedy(prompt, 6));
        int[] twice = await Answers.TokensAsync(second);

        Assert.Equal(0, first.ReusedTokens);
        Assert.Equal(length - 1, second.ReusedTokens);
        Assert.Equal(once, twice);
        Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 6), twice);
    }

    [Fact]
    public async Task Submit_PromptsWithACommonBeginning_ShareJustThat()
    {
        int[] shared = Support.Models.Prompt(_model, 1, 100);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        for (int i = 0; i < 6; i++)
        {
            int[] prompt = [.. shared, 5 + i, .. Support.Models.Prompt(_model, 50 + i, 20)];
            Generation generation = engine.Submit(Answers.Greedy(prompt, 5));

            Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 5), await Answers.TokensAsync(generation));
            Assert.Equal(i == 0 ? 0 : 100, generation.ReusedTokens);
        }
    }

    [Fact]
    public async Task Submit_QuantisedPages_ShareWholePagesOnly()
    {
        int[] shared = Support.Models.Prompt(_model, 1, 100);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        Generation first = engine.Submit(Answers.Greedy([.. shared, 5, 6, 7], 40, "bytes"));
        await Answers.TokensAsync(first);
        Generation second = engine.Submit(Answers.Greedy([.. shared, 8, 9], 5, "bytes"));
        await Answers.TokensAsync(second);

        Assert.Equal(96, second.ReusedTokens); // pages of 32
    }

    [Theory]
    [InlineData("snap")]
    [InlineData("hitters")]
    [InlineData("paged")]
    public async Task Submit_PipelinesThatLookAtTheQuestion_ShareNothing(string name)
    {
        ServedPipeline pipeline = Support.Models.Pipelines.Single(pipeline => pipeline.Name == name);
        int[] shared = Support.Models.Prompt(_model, 1, 100);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        for (int i = 0; i < 3; i++)
        {
            int[] prompt = [.. shared, .. Support.Models.Prompt(_model, i, 9)];
            Generation generation = engine.Submit(Answers.Greedy(prompt, 5, name));

            Assert.Equal(Support.Models.Alone(_model, pipeline, prompt, 5), await Answers.TokensAsync(generation));
            Assert.Equal(0, generation.ReusedTokens);
        }
    }

    [Fact]
    public async Task Submit_PipelineDeclaredToShare_SharesWholeSequencesOnly()
    {
        int[] shared = Support.Models.Prompt(_model, 1, 100);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        Generation first = engine.Submit(Answers.Greedy(shared, 4, "streaming"));
        int[] answer = await Answers.TokensAsync(first);
        Generation whole = engine.Submit(Answers.Greedy([.. shared, .. answer, 5, 6], 3, "streaming"));
        await Answers.TokensAsync(whole);
        Generation part = engine.Submit(Answers.Greedy([.. shared.AsSpan(0, 60), 5, 6], 3, "streaming"));
        await Answers.TokensAsync(part);

        Assert.Equal(103, whole.ReusedTokens); // The last token of the answer was not appended.
        Assert.Equal(0, part.ReusedTokens);
    }

    [Fact]
    public async Task Submit_AnotherClient_DoesNotSeeIt()
    {
        int[] prompt = Support.Models.Prompt(_model, 1, 80);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        await Answers.TokensAsync(engine.Submit(Answers.Greedy(prompt, 2) with { Client = "a" }));
        Generation other = engine.Submit(Answers.Greedy(prompt, 2) with { Client = "b" });
        Generation own = engine.Submit(Answers.Greedy(prompt, 2) with { Client = "a" });
        await Task.WhenAll(Answers.TokensAsync(other), Answers.TokensAsync(own));

        Assert.Equal(0, other.ReusedTokens);
        Assert.Equal(79, own.ReusedTokens);
    }

    [Fact]
    public async Task Submit_CancelledInTheMiddleOfAPrompt_NothingOfItIsUsed()
    {
        int[] prompt = Support.Models.Prompt(_model, 1, 1500);
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines);
        Generation cancelled = engine.Submit(Answers.Greedy(prompt, 3));
        await Task.Delay(5);
        cancelled.Cancel();
        Generation again = engine.Submit(Answers.Greedy(prompt, 3));

        Assert.Equal(Support.Models.Alone(_model, Support.Models.Pipelines[0], prompt, 3), await Answers.TokensAsync(again));
        Assert.True(again.ReusedTokens is 0 or 1499, $"{again.ReusedTokens} tokens");
    }

    [Fact]
    public async Task Submit_MorePrefixesThanAreKept_TheLeastRecentlyUsedGoes()
    {
        await using var engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxKept = 2 });
        int[][] prompts = [.. Enumerable.Range(0, 3).Select(i => (int[])[5 + i, .. Support.Models.Prompt(_model, i, 50)])];
        foreach (int i in (int[])[0, 1, 0, 2])
        {
            await Answers.TokensAsync(engine.Submit(Answers.Greedy(prompts[i], 1)));
        }

        Generation kept = engine.Submit(Answers.Greedy(prompts[0], 1)), gone = engine.Submit(Answers.Greedy(prompts[1], 1));
        await Task.WhenAll(Answers.TokensAsync(kept), Answers.TokensAsync(gone));

        Assert.True(kept.ReusedTokens > 0);
        Assert.Equal(0, gone.ReusedTokens);
    }
}

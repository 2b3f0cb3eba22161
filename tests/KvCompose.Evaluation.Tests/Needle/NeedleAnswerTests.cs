using KvCompose.Evaluation.Tests.Support;
using KvCompose.Models;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.Needle;

public sealed class NeedleAnswerTests : IDisposable
{
    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModel.Folder, new LanguageModelOptions { Threads = 2 });
    private readonly NeedleText _text = new NeedleTask(EmbeddedNeedle.Vocabulary, 200, 8, 2).Texts(5).First();

    [Fact]
    public void Of_FullCache_IsTheGreedyContinuation()
    {
        using KvSession session = FullCachePipeline.Open(_model);
        using KvSession other = FullCachePipeline.Open(_model);
        foreach (NeedleQuestion question in _text.Questions)
        {
            NeedleAnswer answer = NeedleAnswer.Of(session, _text, question);
            other.Prefill(_text.Prompt(question));
            Assert.Equal(other.Decode(2), answer.Tokens);
            Assert.Equal(answer.Tokens.SequenceEqual(question.Fact.Value), answer.Exact);
        }
    }

    [Fact]
    public void Of_FullCache_MeasuresTheCacheAfterThePromptAndItsPeak()
    {
        using var session = FullCachePipeline.Open(_model);
        NeedleQuestion question = _text.Questions[1];
        NeedleAnswer answer = NeedleAnswer.Of(session, _text, question);
        int tokens = question.PromptTokens;
        int heads = session.Shape.Layers * session.Shape.KeyValueHeads;
        Assert.Equal(tokens, answer.AfterPrompt.TokensPerHead);
        Assert.Equal(Bytes(tokens), answer.AfterPrompt.BytesHeld);
        Assert.Equal(Bytes(tokens + 2), answer.PeakBytes);
        Assert.True(answer.FirstToken > TimeSpan.Zero && answer.PerToken > TimeSpan.Zero);

        long Bytes(int held) => (long)heads * session.Plan.PageBytes
            * ((held + FullCachePipeline.Plan.PageTokens - 1) / FullCachePipeline.Plan.PageTokens);
    }

    [Fact]
    public void Of_ExpectedValueChanged_IsNotExact()
    {
        using KvSession session = FullCachePipeline.Open(_model);
        NeedleQuestion question = _text.Questions[0];
        IReadOnlyList<int> given = NeedleAnswer.Of(session, _text, question).Tokens;
        NeedleQuestion right = question with { Fact = question.Fact with { Value = given } };
        NeedleQuestion wrong = question with { Fact = question.Fact with { Value = [given[0], given[1] + 1] } };
        Assert.True(NeedleAnswer.Of(session, _text, right).Exact);
        Assert.False(NeedleAnswer.Of(session, _text, wrong).Exact);
    }

    [Fact]
    public void Of_Cancelled_Throws()
    {
        using KvSession session = FullCachePipeline.Open(_model);
        Assert.ThrowsAny<OperationCanceledException>(
            () => NeedleAnswer.Of(session, _text, _text.Questions[0], new CancellationToken(canceled: true)));
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    public void Dispose() => _model.Dispose();
}

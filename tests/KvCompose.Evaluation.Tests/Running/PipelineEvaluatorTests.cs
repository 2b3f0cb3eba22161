using KvCompose.Evaluation.Tests.Support;
using KvCompose.Models;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.Running;

public sealed class PipelineEvaluatorTests : IDisposable
{
    private const int Length = 300;

    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModel.Folder);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("needle_single")]
    [InlineData("needle_multikey")]
    [InlineData("needle_multiquestion")]
    public void Answer_FullCache_IsRightInBothModes(string name)
    {
        EvaluationTask task = Task(name);
        using KvSession session = FullCachePipeline.Open(_model);
        var evaluator = new PipelineEvaluator(session, _model);
        foreach (TaskSample sample in task.Samples(Extent, 1).Take(3))
        {
            foreach (QuestionMode mode in Enum.GetValues<QuestionMode>())
            {
                SampleAnswer answer = evaluator.Answer(sample, task.AnswerTokens, mode);
                Assert.Equal(sample.Questions.Count, answer.Texts.Count);
                Assert.All(answer.Texts.Zip(sample.Questions), pair => Assert.Equal(1, task.Score(pair.First, pair.Second.Answers)));
                Assert.Equal(answer.PromptTokens, answer.AfterPrompt.TokensPerHead);
                Assert.InRange(answer.PeakBytes, answer.AfterPrompt.BytesHeld, long.MaxValue);
            }
        }
    }

    [Fact]
    public void Answer_QueryAgnostic_CompressesTheContextWithoutTheQuestion()
    {
        EvaluationTask task = Task("needle_multiquestion");
        TaskSample sample = task.Samples(Extent, 1).First();
        using KvSession session = SnapKvPipeline.Open(_model, new() { LayerBudget = new() { Tokens = 64 } });
        var evaluator = new PipelineEvaluator(session, _model);
        int context = Extent.Count(sample.Context), asked = Extent.Count(sample.Questions[0].Text);
        SampleAnswer agnostic = evaluator.Answer(sample, task.AnswerTokens, QuestionMode.QueryAgnostic);
        Assert.Equal((context, 64), (agnostic.PromptTokens, agnostic.AfterPrompt.TokensPerHead));

        // Four questions and answers after the one context.
        Assert.Equal(context + (4 * (asked + task.AnswerTokens)), session.Length());
        SampleAnswer aware = evaluator.Answer(sample, task.AnswerTokens, QuestionMode.QueryAware);
        Assert.Equal(context + asked, aware.PromptTokens);
        Assert.Equal(context + (4 * (asked + task.AnswerTokens)), session.Length());
    }

    [Fact]
    public void Fidelity_FullCache_AgreesWithItself()
    {
        TaskSample sample = Task("needle_multikey").Samples(Extent, 1).First();
        using KvSession session = FullCachePipeline.Open(_model);
        var evaluator = new PipelineEvaluator(session, _model);
        Continuation reference = Continuation.Of(evaluator, sample, 4);
        Fidelity itself = Fidelity.Of(evaluator, sample, QuestionMode.QueryAgnostic, reference);
        Assert.Equal(1, itself.Agreement);
        Assert.InRange(itself.Divergence, 0, 1e-5);

        using KvSession few = StreamingLlmPipeline.Open(_model, new() { LayerBudget = new() { Tokens = 24 } });
        Assert.InRange(Fidelity.Of(new PipelineEvaluator(few, _model), sample, QuestionMode.QueryAgnostic, reference).Divergence, 0.1, 100);
    }

    [Fact]
    public void Answer_Cancelled_Ends()
    {
        using KvSession session = FullCachePipeline.Open(_model);
        TaskSample sample = Task("needle_single").Samples(Extent, 1).First();
        Assert.Throws<OperationCanceledException>(() => new PipelineEvaluator(session, _model).Answer(sample, 3, QuestionMode.QueryAgnostic, new CancellationToken(true)));
    }

    private TextExtent Extent => new(Length, text => _model.Tokenizer.Encode(text).Length);

    private static EvaluationTask Task(string name) => NeedleDialect.All(EmbeddedNeedle.Vocabulary, EmbeddedNeedle.Tokenizer).Single(task => task.Name == name);
}

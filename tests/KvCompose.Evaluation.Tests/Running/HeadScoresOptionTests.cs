using KvCompose.Models;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.Running;

/// <summary>A session may be opened with another table of heads than the one that its pipeline was compiled with.</summary>
public sealed class HeadScoresOptionTests : IDisposable
{
    private const int Layers = 6, QueryHeads = 8, Budget = 40, Tokens = 200;

    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModel.Folder, new LanguageModelOptions { Threads = 2 });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Open_WithTheTable_DividesTheBudgetByIt()
    {
        var scores = new double[Layers * QueryHeads];
        scores[(2 * QueryHeads) + 6] = 1;
        using var session = HeadKvPipeline.Open(
            _model, new() { LayerBudget = new UniformBudget { Tokens = Budget }, HeadScores = new HeadScores(QueryHeads, scores) });
        session.Prefill([.. Enumerable.Range(0, Tokens).Select(i => 5 + (i % 300))]);

        // Of 24 tokens beside the window, 24 div 1.2 = 20 a query head go into the pool of the one head that scores; 4 are everyone's.
        const int least = Budget - EmbeddedModel.Window - 20;
        for (int layer = 0; layer < Layers; layer++)
        {
            for (int head = 0; head < 4; head++)
            {
                int expected = (layer, head) == (2, 3) ? Tokens : least + EmbeddedModel.Window;
                Assert.Equal(expected, session.Positions(layer, head).Length);
            }
        }
    }

    [Fact]
    public void Open_TableOfAnotherModel_IsRefused()
    {
        ModelMismatchException layers = Assert.Throws<ModelMismatchException>(
            () => HeadKvPipeline.Open(_model, new() { LayerBudget = new UniformBudget { Tokens = Budget }, HeadScores = new HeadScores(QueryHeads, new double[] { 1, 1, 1, 1, 1, 1, 1, 1 }) }));
        Assert.Contains("layers", layers.Message, StringComparison.Ordinal);
        ModelMismatchException heads = Assert.Throws<ModelMismatchException>(
            () => HeadKvPipeline.Open(_model, new() { LayerBudget = new UniformBudget { Tokens = Budget }, HeadScores = new HeadScores(3, [.. Enumerable.Repeat(1.0, 18)]) }));
        Assert.Contains("query heads", heads.Message, StringComparison.Ordinal);
    }
}

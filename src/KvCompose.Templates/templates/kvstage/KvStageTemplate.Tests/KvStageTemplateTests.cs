using KvCompose;

namespace KvStageTemplateStage.Tests;

public class KvStageTemplateTests
{
    [Fact]
    public void Score_ShorterKey_IsHigher()
    {
        var options = new KvStageTemplate { Recency = 0 };
        Assert.True(Score(options, position: 3, keyNorm: 1) > Score(options, position: 3, keyNorm: 2));
    }

    [Fact]
    public void Score_LaterTokenWithAnEqualKey_IsHigher()
    {
        var options = new KvStageTemplate { Recency = 0.5 };
        Assert.Equal(0.25f, Score(options, position: 60, keyNorm: 1) - Score(options, position: 10, keyNorm: 1), 1e-6f);
    }

    /// <summary>The stage in a pipeline: that it compiles shows that the stage keeps to the contract.</summary>
    [Fact]
    public void Pipeline_WithTheStage_IsEmitted() => Assert.Equal(32, WithTheStage.Plan.HeadDim);

    private static float Score(in KvStageTemplate options, int position, float keyNorm)
        => KvStageTemplate.Score(options, new TokenStatistics { Position = position, PromptTokens = 100, KeyNorm = keyNorm });
}

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Ratio = 0.5)]
[KvStageTemplate(Window = 8)]
internal static partial class WithTheStage;

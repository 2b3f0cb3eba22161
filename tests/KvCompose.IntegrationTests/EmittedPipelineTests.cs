using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>Emitted code against the plain references: the same tokens kept, the same logits while decoding.</summary>
public class EmittedPipelineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(150)]
    [InlineData(1100)]
    public void FullCache_AnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 1);
        using var session = Everything.Open(model);
        OracleAssert.Equal(model, session, null, tokens);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void StreamingLlm_AnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 2);
        using var session = SinksAndRecent.Open(model);
        OracleAssert.Equal(model, session, DelegateSelector.SinksAndRecent(model.Plain.Heads, 4, 64), tokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(77)]
    [InlineData(300)]
    public void SnapKv_AverageAndMean_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 3);
        using var session = WindowAverage.Open(model);
        var scoring = new WindowScoring(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);
        OracleAssert.Equal(model, session, DelegateSelector.SnapKv(model.Plain.Heads, scoring, _ => 64), tokens);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(60)]
    [InlineData(200)]
    public void SnapKv_MaximaAndRatio_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 3, 3, 16, 4);
        using var session = WindowMaximum.Open(model);
        var scoring = new WindowScoring(17, PoolingKind.Max, 5, ScoreGrouping.PoolThenReduce, GroupReduction.Max);
        OracleAssert.Equal(model, session, DelegateSelector.SnapKv(model.Plain.Heads, scoring, n => (int)(n * 0.3)), tokens);
    }
}

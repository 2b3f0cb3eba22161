using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>The methods' stages, emitted, against their plain references.</summary>
public class MethodTests
{
    private static readonly WindowScoring Mean = new(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);

    [Theory]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(300)]
    public void PyramidKv_OverFourLayers_EqualsOracle(int tokens)
    {
        using var model = new TestModel(4, 4, 2, 32, 41);
        using var session = Pyramid.Open(model);
        int[] capacities = PyramidKv.Capacities(tokens, 4, 60, 8, 20);
        var selector = new DelegateSelector((layer, positions, queries, keys)
            => DelegateSelector.SnapKv(model.Plain.Heads, Mean, _ => capacities[layer]).Choose(layer, positions, queries, keys));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(200)]
    public void AdaKv_RaggedHeads_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 6, 3, 32, 42);
        using var session = Adaptive.Open(model);
        var selector = new DelegateSelector((_, positions, queries, keys) => new PlainChoice(
            AdaKv.Select(
                model.Plain.Heads, DelegateSelector.LastRows(model.Plain.Heads, queries, positions.Length, 8), keys, Mean, 40, 0.2, false).Kept,
            null));
        OracleAssert.Equal(model, session, selector, tokens);
    }
}

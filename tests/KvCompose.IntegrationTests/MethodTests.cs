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

    [Theory]
    [InlineData(39, CakeLedgerMode.Monotone)]
    [InlineData(41, CakeLedgerMode.Monotone)]
    [InlineData(300, CakeLedgerMode.Monotone)]
    [InlineData(300, CakeLedgerMode.ReferenceExact)]
    public void Cake_CascadeInPrefill_KeepsWhatTheReferenceKeepsWithinItsBound(int tokens, CakeLedgerMode mode)
    {
        const int layers = 5, capacity = 40;
        using var model = new TestModel(layers, 4, 2, 32, 43);
        using var session = CakePrefill.Open(
            model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = capacity, Tau1 = 1.6, Tau2 = 0.6, Mode = mode } });
        var options = new CakeOptions(capacity, 8) { Tau1 = 1.6, Tau2 = 0.6, Mode = mode };
        var cascade = new CakeCascade(options.Ledger(), layers, tokens);
        HeadLayout heads = model.Plain.Heads;
        var recorder = new DelegateSelector((_, positions, queries, keys) =>
        {
            float[] last = DelegateSelector.LastRows(heads, queries, positions.Length, 8);
            CakeObservation seen = CakeObservation.Of(last, keys, heads.QueryHeads, heads.KeyValueHeads, positions.Length, 32, options);
            cascade.Add(CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2), positions.Length, seen.Scores);
            return new PlainChoice(null, null);
        });
        int[] prompt = model.Prompt(tokens, tokens);
        model.Oracle().Prefill(prompt, recorder);
        session.Prefill(prompt);
        for (int layer = 0; layer < layers; layer++)
        {
            for (int head = 0; head < heads.KeyValueHeads; head++)
            {
                Assert.Equal(cascade.Stored(layer, head).Order(), session.Positions(layer, head).Order());
            }
        }

        long wholePages = ((capacity * layers) + tokens) / CakePrefill.Plan.PageTokens;
        long bound = (wholePages + layers + 1) * heads.KeyValueHeads * CakePrefill.Plan.PageBytes;
        Assert.InRange(session.Usage.PeakBytes, 1, bound);
    }
}

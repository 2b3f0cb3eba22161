using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>
/// The memory bound: with budget C the pages in use never hold more than C·L + n tokens per key-value head. Pages are counted
/// whole, as the pool counts them, so each of the L tables may add up to P − 1 places that hold no token.
/// </summary>
public class CakeBoundTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Peak_OfRandomModelsLengthsAndBudgets_StaysInsideTheBound(int seed)
    {
        var random = new Random(seed);
        int layers = random.Next(1, 7), capacity = random.Next(8, 120), tokens = random.Next(1, 420);
        CakeLedgerMode mode = random.Next(2) == 0 ? CakeLedgerMode.Monotone : CakeLedgerMode.ReferenceExact;
        var budget = new CakeBudget
        {
            Tokens = capacity,
            Tau1 = 0.2 + (2 * random.NextDouble()),
            Tau2 = 0.2 + (2 * random.NextDouble()),
            Mode = mode,
        };
        using var model = new TestModel(layers, 4, 2, 32, seed, sharpness: 4 * random.NextDouble());
        using var session = CakePrefill.Open(model, new CakePrefill.Options { LayerBudget = budget });
        session.Prefill(model.Prompt(tokens, seed));

        // The published ledger leaves prompts of up to C + w tokens whole.
        int window = CakePrefill.Plan.Window;
        int held = mode == CakeLedgerMode.ReferenceExact && tokens <= capacity + window ? layers * window : 0;
        AssertPeak(session, CakePrefill.Plan.PageBytes, CakePrefill.Plan.PageTokens, (capacity * layers) + tokens + held);
        for (int layer = 0; layer < layers; layer++)
        {
            Assert.InRange(session.Positions(layer, 0).Length, Math.Min(tokens, window), tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Peak_WithWidePagesAndGroups_StaysInsideTheBound(int seed)
    {
        var random = new Random(seed);
        int layers = random.Next(1, 5), capacity = random.Next(3, 90), tokens = random.Next(1, 300);
        using var model = new TestModel(layers, 3, 1, 16, seed, sharpness: 6 * random.NextDouble());
        using var session = CakeNarrow.Open(model, new CakeNarrow.Options { LayerBudget = new CakeBudget { Tokens = capacity } });
        session.Prefill(model.Prompt(tokens, seed));
        AssertPeak(session, CakeNarrow.Plan.PageBytes, CakeNarrow.Plan.PageTokens, (capacity * layers) + tokens);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Budgets_OfRandomStatistics_NeverExceedTheTotal(int seed)
    {
        var random = new Random(seed);
        const int layers = 12, window = 8;
        int capacity = random.Next(window, 300), tokens = capacity + 1 + window + random.Next(2000);
        var options = new CakeBudget
        {
            Tokens = capacity,
            Tau1 = 0.1 + (3 * random.NextDouble()),
            Tau2 = 0.1 + (3 * random.NextDouble()),
            Mode = random.Next(2) == 0 ? CakeLedgerMode.Monotone : CakeLedgerMode.ReferenceExact,
        };
        var seen = new LayerStatistics[layers];
        var budgets = new int[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            seen[layer] = new LayerStatistics(tokens, Strange(random), Strange(random));
            var context = new LayerBudgetContext
            {
                Layer = layer,
                Layers = layers,
                PromptTokens = tokens,
                ProtectedTokens = window,
                Statistics = seen.AsSpan(0, layer + 1),
            };
            CakeBudget.Allocate(in options, in context, budgets);
            Assert.InRange(budgets[..(layer + 1)].Sum(), 0, capacity * layers);
            Assert.All(budgets[..(layer + 1)], budget => Assert.InRange(budget, window, tokens));
        }
    }

    private static double Strange(Random random) => random.Next(8) switch
    {
        0 => 0,
        1 => double.NaN,
        2 => -1e-9,
        3 => double.PositiveInfinity,
        4 => 1e-300,
        _ => Math.Exp(20 * (random.NextDouble() - 0.5)),
    };

    private static void AssertPeak(KvSession session, int pageBytes, int pageTokens, int bound)
    {
        TransformerShape shape = session.Shape;
        long places = session.Usage.PeakBytes / pageBytes * pageTokens;
        Assert.InRange(places, 1, shape.KeyValueHeads * (bound + (shape.Layers * (pageTokens - 1L))));
    }
}

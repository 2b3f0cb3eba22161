using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>Eviction while decoding: at every step each head of each layer holds what the reference holds, and the logits are its.</summary>
public class CakeDecodeTests
{
    private const int Steps = 60;
    private const int Capacity = 40;

    // Prompts that are kept whole and grow to the budget, ones about the budget, and ones that are cut.
    public static TheoryData<int, CakeLedgerMode> Prompts => new()
    {
        { 5, CakeLedgerMode.Monotone }, { 33, CakeLedgerMode.Monotone }, { 40, CakeLedgerMode.Monotone }, { 41, CakeLedgerMode.Monotone },
        { 170, CakeLedgerMode.Monotone }, { 45, CakeLedgerMode.ReferenceExact }, { 48, CakeLedgerMode.ReferenceExact },
        { 49, CakeLedgerMode.ReferenceExact }, { 170, CakeLedgerMode.ReferenceExact },
    };

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Eviction_AlongPositions_EqualsTheReference(int tokens, CakeLedgerMode mode)
    {
        using var model = new TestModel(4, 4, 2, 32, 80 + tokens);
        using var session = CakePrefill.Open(model, new CakePrefill.Options { LayerBudget = Budget(mode) });
        Follow(model, session, tokens, Options(mode, PoolingOrder.Positional));
    }

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Eviction_AlongStorage_EqualsTheReference(int tokens, CakeLedgerMode mode)
    {
        // Soft attention: beside a large probability, small ones vanish in a single-precision sum, and ranks then are ties.
        using var model = new TestModel(4, 4, 2, 32, 180 + tokens, sharpness: 0.7);
        using var session = CakeByRank.Open(model, new CakeByRank.Options { LayerBudget = Budget(mode) });
        Follow(model, session, tokens, Options(mode, PoolingOrder.Physical));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(170)]
    public void Eviction_WithoutPooling_EqualsTheReference(int tokens)
    {
        using var model = new TestModel(4, 4, 2, 32, 280 + tokens);
        using var session = CakeUnpooled.Open(model, new CakeUnpooled.Options { LayerBudget = Budget(CakeLedgerMode.Monotone) });
        Follow(model, session, tokens, Options(CakeLedgerMode.Monotone, PoolingOrder.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Eviction_OfRandomModelsAndBudgets_EqualsTheReference(int seed)
    {
        var random = new Random(seed);
        int capacity = random.Next(14, 90), tokens = random.Next(4, 200);
        using var model = new TestModel(random.Next(1, 6), 3, 1, 16, 300 + seed);
        using var session = CakeNarrow.Open(model, new CakeNarrow.Options { LayerBudget = new CakeBudget { Tokens = capacity } });
        Follow(model, session, tokens, new CakeOptions(capacity, 3) { Kernel = 1, DecodePooling = PoolingOrder.Positional });
    }

    [Fact]
    public void Window_WhileDecoding_IsAlwaysTheLastTokens()
    {
        using var model = new TestModel(3, 4, 2, 32, 90);
        using var session = CakePrefill.Open(model);
        session.Prefill(model.Prompt(120, 1));
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            for (int layer = 0; layer < 3; layer++)
            {
                Assert.Equal(Enumerable.Range(113 + step, 8), session.Positions(layer, 1).Order().TakeLast(8));
            }
        }

        Assert.InRange(session.Usage.TokensPerHead, 1, Capacity);
    }

    [Fact]
    public void Eviction_TurnedOff_LetsTheCacheGrow()
    {
        using var model = new TestModel(3, 4, 2, 32, 91);
        using var session = CakeOfThePrompt.Open(model);
        session.Prefill(model.Prompt(120, 1));
        int[] before = [.. Enumerable.Range(0, 3).Select(layer => session.Positions(layer, 0).Length)];
        for (int step = 0; step < 9; step++)
        {
            session.Step([step]);
        }

        Assert.Equal(before.Select(count => count + 9), Enumerable.Range(0, 3).Select(layer => session.Positions(layer, 0).Length));
    }

    private static CakeBudget Budget(CakeLedgerMode mode) => new() { Tokens = Capacity, Tau1 = 1.6, Tau2 = 0.6, Mode = mode };

    private static CakeOptions Options(CakeLedgerMode mode, PoolingOrder pooling)
        => new(Capacity, 8) { Tau1 = 1.6, Tau2 = 0.6, Mode = mode, DecodePooling = pooling };

    private static void Follow(TestModel model, KvSession session, int tokens, CakeOptions options)
    {
        var oracle = new CakeOracle(model, options);
        int[] prompt = model.Prompt(tokens, tokens);
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            int token = (step * 37) % model.Plain.Vocabulary;
            double[] expected = oracle.Plain.Decode(token, tokens + step, oracle);
            session.Step([token]);
            oracle.AssertHolds(session);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(session.Logits()[i], expected[i] - 1e-3, expected[i] + 1e-3);
            }
        }
    }
}

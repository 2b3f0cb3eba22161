using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>H2O, emitted in two passes without an n × n matrix, against the references that make every probability.</summary>
public class HeavyHitterTests
{
    private const int Window = 8;
    private const int Budget = 40;
    private const int Steps = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(63)]
    [InlineData(300)]
    public void Prompt_OfAnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 80);
        using var session = HeavyHittersOfThePrompt.Open(model);
        HeadLayout heads = model.Plain.Heads;
        var selector = new DelegateSelector((_, positions, queries, keys) => new PlainChoice(
            Reference.H2o.Select(heads, queries, keys, Window, Budget, causal: true, GroupReduction.Sum).Kept, null));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(37)]
    [InlineData(150)]
    public void Decoding_AddsEveryStepAndStaysWithinTheBudget(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 81);
        using var session = HeavyHitters.Open(model);
        var oracle = new HeavyHitterOracle(model.Plain.Heads);
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer plain = model.Oracle();
        plain.Prefill(prompt, oracle);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            double[] expected = plain.Decode(step, tokens + step, oracle);
            session.Step([step]);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(session.Logits()[i], expected[i] - 1e-4, expected[i] + 1e-4);
            }

            for (int layer = 0; layer < 2; layer++)
            {
                for (int head = 0; head < 2; head++)
                {
                    Assert.Equal(plain.CachedPositions(layer, head).Order(), session.Positions(layer, head).Order());
                    Assert.Equal(Math.Min(tokens + step + 1, Budget), session.Positions(layer, head).Length);
                }
            }
        }
    }

    /// <summary>Selects by accumulated attention, and goes on accumulating in one <see cref="H2oDecode"/> a head.</summary>
    private sealed class HeavyHitterOracle(HeadLayout heads) : IPlainSelector, IPlainEviction
    {
        private readonly Dictionary<(int Layer, int Head), H2oDecode> _running = [];

        public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
        {
            TokenSelection selection = Reference.H2o.Select(heads, queries, keys, Window, Budget, causal: true, GroupReduction.Sum);
            int tokens = positions.Length;
            for (int head = 0; head < heads.KeyValueHeads; head++)
            {
                var collected = new double[tokens];
                for (int member = head * heads.Group; member < (head + 1) * heads.Group; member++)
                {
                    double[] own = Reference.H2o.Accumulated(
                        queries.AsSpan(member * tokens * heads.HeadDim, tokens * heads.HeadDim),
                        keys.AsSpan(head * tokens * heads.HeadDim, tokens * heads.HeadDim), tokens, heads.HeadDim, Window);
                    collected = [.. collected.Zip(own, (x, y) => x + y)];
                }

                int[] kept = [.. selection.Kept[head].Order()];
                _running[(layer, head)] = new H2oDecode(kept, [.. kept.Select(token => collected[token])], Budget, Window);
            }

            return new PlainChoice([.. selection.Kept.Select(kept => kept.Order().ToArray())], null);
        }

        public int[] Survivors(int layer, int head, int[] positions, double[][] probabilities)
        {
            double[] together = [.. Enumerable.Range(0, positions.Length).Select(token => probabilities.Sum(member => member[token]))];
            int[] left = _running[(layer, head)].Step(positions[^1], together);
            return [.. Enumerable.Range(0, positions.Length).Where(token => !left.Contains(positions[token]))];
        }
    }
}

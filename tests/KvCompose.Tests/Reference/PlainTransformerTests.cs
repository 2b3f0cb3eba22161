using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class PlainTransformerTests
{
    private static readonly PlainModel Model = new(2, 8, 12, new HeadLayout(4, 2, 4), 11, 10000, 1e-5);

    [Fact]
    public void Decode_AfterPrefill_GivesTheLogitsOfTheLongerPrompt()
    {
        IReadOnlyDictionary<string, double[]> weights = Weights();
        var stepwise = new PlainTransformer(Model, weights);
        stepwise.Prefill([3, 1, 4, 1, 5]);
        stepwise.Decode(9, 5);
        double[] last = stepwise.Decode(2, 6);

        double[] atOnce = new PlainTransformer(Model, weights).Prefill([3, 1, 4, 1, 5, 9, 2]);

        Assert.All(atOnce.Zip(last), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Prefill_SelectorThatKeepsEverything_ChangesNothing()
    {
        IReadOnlyDictionary<string, double[]> weights = Weights();
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => i % 11)];
        var plan = new FastKvPlan(4, PoolingKind.Average, 3, TokenBudget.Constant(21), new PropagationPoint(0, TokenBudget.Constant(10)));
        var selected = new PlainTransformer(Model, weights);

        double[] logits = selected.Prefill(prompt, new FastKvSelector(Model.Heads, plan, prompt.Length));

        Assert.Equal(new PlainTransformer(Model, weights).Prefill(prompt), logits);
        Assert.Equal([20, 20], selected.CacheLengths(1));
    }

    [Fact]
    public void Prefill_WithACut_CachesOriginalPositions()
    {
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => i % 11)];
        var plan = new FastKvPlan(4, PoolingKind.Average, 3, TokenBudget.Constant(6), new PropagationPoint(0, TokenBudget.Constant(8)));
        var selector = new FastKvSelector(Model.Heads, plan, prompt.Length);
        var model = new PlainTransformer(Model, Weights());

        model.Prefill(prompt, selector);

        Assert.Equal(8, selector.Decisions[1].Positions.Length);
        Assert.Equal([16, 17, 18, 19], model.CachedPositions(1, 0)[^4..]);
        Assert.Subset(selector.Decisions[1].Positions.ToHashSet(), model.CachedPositions(1, 0).ToHashSet());
    }

    [Fact]
    public void Constructor_MissingOrMisshapenWeight_NamesIt()
    {
        Dictionary<string, double[]> weights = Weights();
        weights["layers.1.k_proj"] = new double[3];
        Assert.Contains("layers.1.k_proj", Assert.Throws<ArgumentException>(() => new PlainTransformer(Model, weights)).Message);
        weights.Remove("layers.1.k_proj");
        Assert.Contains("layers.1.k_proj", Assert.Throws<ArgumentException>(() => new PlainTransformer(Model, weights)).Message);
    }

    private static Dictionary<string, double[]> Weights()
    {
        var random = new RandomHeads(5);
        double[] Values(int count) => [.. random.Normal(count).Select(value => value * 0.5)];
        var weights = new Dictionary<string, double[]>
        {
            ["embed_tokens"] = Values(11 * 8),
            ["norm"] = Values(8),
            ["lm_head"] = Values(11 * 8),
        };
        for (int layer = 0; layer < 2; layer++)
        {
            (string Name, int Length)[] shapes =
            [
                ("input_layernorm", 8), ("q_proj", 16 * 8), ("k_proj", 8 * 8), ("v_proj", 8 * 8), ("o_proj", 8 * 16),
                ("post_attention_layernorm", 8), ("gate_proj", 12 * 8), ("up_proj", 12 * 8), ("down_proj", 8 * 12),
            ];
            foreach ((string name, int length) in shapes)
            {
                weights[$"layers.{layer}.{name}"] = Values(length);
            }
        }

        return weights;
    }
}

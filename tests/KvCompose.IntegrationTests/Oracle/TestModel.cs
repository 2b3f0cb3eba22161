using KvCompose.Reference;
using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A tiny random Llama-style model, once as the plain double-precision oracle and once as a transformer that pipelines run on.</summary>
internal sealed class TestModel : ITransformerSource<TestTransformer>, IDisposable
{
    private readonly Dictionary<string, double[]> _weights = [];

    public TestModel(int layers, int queryHeads, int keyValueHeads, int headDim, int seed, int threads = 2, double sharpness = 2.5)
    {
        const int hidden = 24, intermediate = 40, vocabulary = 1201;
        Plain = new PlainModel(
            layers, hidden, intermediate, new HeadLayout(queryHeads, keyValueHeads, headDim), vocabulary, 10_000, 1e-5);
        Workers = new WorkerPool(threads);
        var random = new Random(seed);
        Add(random, "embed_tokens", vocabulary, hidden, 1);
        Add(random, "lm_head", vocabulary, hidden, 1);
        _weights["norm"] = Ones(hidden);
        for (int layer = 0; layer < layers; layer++)
        {
            string prefix = $"layers.{layer}.";
            _weights[prefix + "input_layernorm"] = Ones(hidden);
            _weights[prefix + "post_attention_layernorm"] = Ones(hidden);

            // Sharp attention: scores that differ clearly, so that double and single precision choose the same tokens.
            Add(random, prefix + "q_proj", queryHeads * headDim, hidden, sharpness / Math.Sqrt(hidden));
            Add(random, prefix + "k_proj", keyValueHeads * headDim, hidden, sharpness / Math.Sqrt(hidden));
            Add(random, prefix + "v_proj", keyValueHeads * headDim, hidden, 1 / Math.Sqrt(hidden));
            Add(random, prefix + "o_proj", hidden, queryHeads * headDim, 1 / Math.Sqrt(queryHeads * headDim));
            Add(random, prefix + "gate_proj", intermediate, hidden, 1 / Math.Sqrt(hidden));
            Add(random, prefix + "up_proj", intermediate, hidden, 1 / Math.Sqrt(hidden));
            Add(random, prefix + "down_proj", hidden, intermediate, 1 / Math.Sqrt(intermediate));
        }
    }

    public PlainModel Plain { get; }

    public WorkerPool Workers { get; }

    /// <summary>As if read from files of such hashes.</summary>
    public ModelIdentity? Identity { get; init; } = new("weights", "tokenizer");

    /// <summary>Is told a layer and its rows when their attention is done; null tells nobody.</summary>
    public Action<int, int>? Completing { get; set; }

    public TransformerShape Shape => new(
        Plain.Layers, Plain.Heads.QueryHeads, Plain.Heads.KeyValueHeads, Plain.Heads.HeadDim, Plain.Hidden, Plain.Vocabulary, 4096);

    public TestTransformer Transformer => new(this);

    public double[] Weight(string name) => _weights[name];

    public PlainTransformer Oracle(IPlainStorage? storage = null) => new(Plain, _weights, storage);

    /// <summary>Different tokens in random order: equal ones would have keys of equal length, whose order rounding decides.</summary>
    public int[] Prompt(int tokens, int seed)
    {
        int[] all = [.. Enumerable.Range(0, Plain.Vocabulary)];
        new Random(seed).Shuffle(all);
        return all[..tokens];
    }

    public void Dispose() => Workers.Dispose();

    private static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    private void Add(Random random, string name, int rows, int columns, double deviation)
        => _weights[name] = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(Normal(random) * deviation))];

    private static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

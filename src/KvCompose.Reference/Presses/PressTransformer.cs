namespace KvCompose.Reference.Presses;

/// <summary>Runs a <see cref="PressModel"/> over a cache, pass by pass, in double precision.</summary>
public sealed class PressTransformer(PressModel model)
{
    /// <summary>The model.</summary>
    public PressModel Model { get; } = model;

    /// <summary>Runs tokens as one pass: each sees the cached rows and the pass up to itself. Their rows are appended.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="firstPosition">Position of the first one.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="afterLayer">Called after the attention of each layer with the layer as a press sees it; may change the cache.</param>
    /// <returns>Logits [tokens][V].</returns>
    public double[][] Run(int[] ids, int firstPosition, PressCache cache, Action<PressLayer>? afterLayer = null)
    {
        double[][] hidden = [.. ids.Select(id => Model.Weight("model.embed_tokens.weight")[id])];
        for (int layer = 0; layer < Model.Layers; layer++)
        {
            PressLayer seen = Attention(layer, hidden, firstPosition, cache, out double[][] attended);
            hidden = [.. hidden.Zip(attended, (state, attention) => Complete(layer, state, attention))];
            afterLayer?.Invoke(seen);
        }

        return [.. hidden.Select(Model.Logits)];
    }

    private PressLayer Attention(int layer, double[][] hidden, int firstPosition, PressCache cache, out double[][] attended)
    {
        HeadLayout heads = Model.Heads;
        string block = $"model.layers.{layer}";
        double[][] normed = [.. hidden.Select(state => Model.Norm($"{block}.input_layernorm", state))];
        int[] positions = [.. Enumerable.Range(firstPosition, hidden.Length)];
        double[][][] queries = Heads($"{block}.self_attn.q", heads.QueryHeads, normed);
        double[][][] keys = Heads($"{block}.self_attn.k", heads.KeyValueHeads, normed);
        double[][][] values = Heads($"{block}.self_attn.v", heads.KeyValueHeads, normed);
        List<CachedRow>[] rows = cache.Layer(layer);
        attended = [.. hidden.Select(_ => new double[heads.QueryHeads * heads.HeadDim])];
        for (int i = 0; i < hidden.Length; i++)
        {
            for (int head = 0; head < heads.KeyValueHeads; head++)
            {
                rows[head].Add(new CachedRow(positions[i], Model.Rotary.Rotate(keys[head][i], positions[i]), values[head][i]));
            }

            for (int head = 0; head < heads.QueryHeads; head++)
            {
                List<CachedRow> visible = rows[head / heads.Group];
                double[] weights = Numbers.Attention(Model.Rotary.Rotate(queries[head][i], positions[i]),
                    [.. visible.Select(row => row.Key)]);
                Numbers.Weighted(weights, [.. visible.Select(row => row.Value)]).CopyTo(attended[i], head * heads.HeadDim);
            }
        }

        return new PressLayer
        {
            Heads = heads,
            Index = layer,
            Layers = Model.Layers,
            PlainQueries = queries,
            PlainKeys = keys,
            QueryPositions = positions,
            Keys = cache.Keys(layer),
            Values = cache.Values(layer),
            Rotary = Model.Rotary,
            OutputProjection = Model.Weight($"{block}.self_attn.o_proj.weight"),
            InputNorms = [.. normed.Select(row => Numbers.Norm(row))],
        };
    }

    /// <summary>A projection and its per-head norm, if the model has one: [heads][rows][d].</summary>
    private double[][][] Heads(string name, int count, double[][] normed)
    {
        int d = Model.Heads.HeadDim;
        double[][] projected = [.. normed.Select(row => Model.Linear($"{name}_proj", row))];
        bool norm = Model.Weights.ContainsKey($"{name}_norm.weight");
        return
        [
            .. Enumerable.Range(0, count).Select(head => projected.Select(row =>
            {
                double[] slice = row[(head * d)..((head + 1) * d)];
                return norm ? Model.Norm($"{name}_norm", slice) : slice;
            }).ToArray()),
        ];
    }

    private double[] Complete(int layer, double[] state, double[] attention)
    {
        string block = $"model.layers.{layer}";
        double[] middle = [.. state.Zip(Model.Linear($"{block}.self_attn.o_proj", attention), (x, y) => x + y)];
        double[] normed = Model.Norm($"{block}.post_attention_layernorm", middle);
        double[] gate = Model.Linear($"{block}.mlp.gate_proj", normed), up = Model.Linear($"{block}.mlp.up_proj", normed);
        double[] product = [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)];
        return [.. middle.Zip(Model.Linear($"{block}.mlp.down_proj", product), (x, y) => x + y)];
    }
}

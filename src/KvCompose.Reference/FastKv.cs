namespace KvCompose.Reference;

/// <summary>
/// FastKV: per key-value head the cache keeps the tokens of the highest window score; after layer T only the tokens of the
/// highest score over all heads are computed any further.
/// </summary>
/// <remarks>
/// S = Σ_{h in group} pool(Σ_{last w rows} softmax(Q_w Kᵀ/√d)), per key-value head; the cache keeps the top C_l − w of S and the
/// window. At layer T s = Σ_heads S; the top P − w of s and the window go on, ascending, with their original positions.
/// Short prompts: everything is kept when n_l &lt; C_l or n_l ≤ w, the window when C_l &lt; w; nothing is cut when n_l &lt; C_l, P &lt; w or n_l ≤ P.
/// Source: Jo et al., "FastKV: Decoupling of Context Reduction and KV Cache Compression for Prefill-Decoding Acceleration",
/// arXiv 2502.01068.
/// </remarks>
public sealed class FastKv
{
    private readonly HeadLayout _layout;
    private readonly FastKvPlan _plan;
    private double _propagatedShare = 1;

    /// <summary>Starts the prefill of one prompt.</summary>
    public FastKv(HeadLayout layout, FastKvPlan plan, int promptTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(promptTokens, 1);
        (_layout, _plan, Positions) = (layout, plan, TokenSelection.All(promptTokens));
    }

    /// <summary>Original positions of the tokens that reach the next layer, strictly increasing.</summary>
    public int[] Positions { get; private set; }

    /// <summary>Selects in one layer; <see cref="Propagate"/> is the caller's next step.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="windowQueries">[Hq, w, d], rotated; not read when nothing is selected.</param>
    /// <param name="keys">[Hkv, n_l, d], rotated at their original positions.</param>
    public FastKvLayer Select(int layer, ReadOnlySpan<float> windowQueries, ReadOnlySpan<float> keys)
    {
        int tokens = Positions.Length, window = _plan.Scoring.Window;
        if (_layout.Rows(keys, _layout.KeyValueHeads) != tokens)
        {
            throw new ArgumentException($"layer {layer} is reached by {tokens} tokens, not {_layout.Rows(keys, _layout.KeyValueHeads)}");
        }

        int capacity = _plan.Retention.Of(tokens, _propagatedShare);
        if (tokens < capacity || tokens <= window)
        {
            return new FastKvLayer(tokens, capacity, TokenSelection.Everything(_layout.KeyValueHeads, tokens), null, null);
        }

        double[][] scores = _plan.Scoring.Scores(_layout, windowQueries, keys);
        int chosen = TokenSelection.Chosen(capacity, window);
        TokenSelection selection = new(scores, [.. scores.Select(head => TokenSelection.BestAndWindow(head, chosen, tokens))]);
        if (PointAt(layer) is not { } point || point.Budget.Of(tokens) is var goOn && (goOn < window || tokens <= goOn))
        {
            return new FastKvLayer(tokens, capacity, selection, null, null);
        }

        double[] together = GroupReduce.Apply(scores, GroupReduction.Sum);
        int[] propagated = TokenSelection.BestAndWindow(together, goOn - window, tokens);
        Array.Sort(propagated);
        return new FastKvLayer(tokens, capacity, selection, together, propagated);
    }

    /// <summary>Lets only these tokens of the layer go on.</summary>
    /// <param name="layer">The layer they were selected in.</param>
    /// <param name="indices">Ascending indices among the tokens that reached the layer.</param>
    public void Propagate(int layer, int[] indices)
    {
        PropagationPoint point = PointAt(layer) ?? throw new ArgumentException($"layer {layer} is no propagation layer");
        _propagatedShare *= point.Budget.Share(indices.Length, Positions.Length);
        Positions = [.. indices.Select(index => Positions[index])];
    }

    private PropagationPoint? PointAt(int layer) => _plan.Points.FirstOrDefault(point => point.Layer == layer);
}

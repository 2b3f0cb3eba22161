namespace KvCompose.Reference;

/// <summary>
/// Prefill of one sequence: layers come in one by one, whole, and after each the ledger shrinks all of them. A layer is ranked
/// once, when it comes in; every later shrink cuts the tail of its ranking.
/// </summary>
/// <param name="ledger">Divides the budget.</param>
/// <param name="layers">L.</param>
/// <param name="promptTokens">n, length of the prompt; decides whether anything is evicted.</param>
/// <param name="cascading">False evicts once, after the last layer: same budgets, without the memory bound.</param>
public sealed class CakeCascade(CakeLedger ledger, int layers, int promptTokens, bool cascading = true)
{
    private readonly float[] _preferences = new float[layers];
    private readonly int[] _caps = new int[layers];
    private readonly int[] _budgets = new int[layers];
    private readonly int[] _kept = new int[layers];
    private readonly int[][][] _ranked = new int[layers][][];

    /// <summary>Layers that are in.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens per KV head that all layers hold now.</summary>
    public long Live { get; private set; }

    /// <summary>Most tokens per KV head ever held at once, the layer in work with all its tokens; at most C·L + n when cascading.</summary>
    public long Peak { get; private set; }

    /// <summary>Budgets of the layers that are in, window excluded: what decode holds them to.</summary>
    public ReadOnlySpan<int> Budgets => _budgets.AsSpan(0, Count);

    /// <summary>Tokens per KV head that each layer holds, window included.</summary>
    public ReadOnlySpan<int> Kept => _kept.AsSpan(0, Count);

    /// <summary>Takes in the next layer and evicts.</summary>
    /// <param name="preference">P of the layer.</param>
    /// <param name="tokens">n_l, tokens that reached the layer.</param>
    /// <param name="scores">Indicator [kvHeads][n_l − w]; empty rows when n_l ≤ w.</param>
    /// <exception cref="InvalidOperationException">All layers are in.</exception>
    /// <exception cref="ArgumentException">A row of scores does not have n_l − w entries.</exception>
    public void Add(float preference, int tokens, IReadOnlyList<double[]> scores)
    {
        if (Count == layers)
        {
            throw new InvalidOperationException($"CAKE: all {layers} layers are in");
        }

        int prefix = Math.Max(0, tokens - ledger.Window);
        if (scores.Any(head => head.Length != prefix))
        {
            throw new ArgumentException($"CAKE: layer {Count} has {prefix} prefix tokens to score in every KV head", nameof(scores));
        }

        _preferences[Count] = preference;
        _caps[Count] = prefix;
        _kept[Count] = tokens;
        _ranked[Count] = [.. scores.Select(head => Ranking.Top(head, prefix))];
        Count++;
        Live += tokens;
        Peak = Math.Max(Peak, Live);
        Evict();
    }

    /// <summary>
    /// Indices, among the n_l tokens of the layer, of what a KV head holds, in storage order: the chosen by descending score, then
    /// the window by position. A prompt that is not evicted is in order of position.
    /// </summary>
    /// <param name="layer">A layer that is in.</param>
    /// <param name="kvHead">The KV head.</param>
    public int[] Stored(int layer, int kvHead)
    {
        if (!ledger.Evicts(promptTokens))
        {
            return [.. Enumerable.Range(0, _kept[layer])];
        }

        int prefix = _caps[layer], window = Math.Min(ledger.Window, _kept[layer]);
        return [.. _ranked[layer][kvHead][..(_kept[layer] - window)], .. Enumerable.Range(prefix, window)];
    }

    private void Evict()
    {
        if (!ledger.Evicts(promptTokens))
        {
            _budgets[Count - 1] = ledger.UniformBudget;
            return;
        }

        if (!cascading && Count < layers)
        {
            return;
        }

        ledger.Allocate(_preferences[..Count], _caps[..Count], layers).CopyTo(_budgets, 0);
        Live = 0;
        for (int layer = 0; layer < Count; layer++)
        {
            _kept[layer] = Math.Min(_kept[layer], _budgets[layer] + ledger.Window);
            Live += _kept[layer];
        }
    }
}

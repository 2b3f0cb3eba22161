namespace KvCompose.Reference;

/// <summary>PyramidKV: a layer budget that falls linearly with depth; <see cref="SnapKv"/> selects within it.</summary>
/// <remarks>
/// base = capacity − w, min = ⌊base / β⌋, max = 2·base − min (clamped to n − w, min raised accordingly),
/// k_l = max − l·⌊(max − min)/(L − 1)⌋. All divisions are integer divisions, so the total is not exactly L·base.
/// Source: Cai et al., "PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information Funneling", arXiv 2406.02069.
/// </remarks>
public static class PyramidKv
{
    /// <summary>Tokens kept per head in every layer, the window included.</summary>
    /// <param name="tokens">n, the prompt; also after a propagation cut, where a layer then keeps at most what reaches it.</param>
    /// <param name="layers">L.</param>
    /// <param name="capacity">Average tokens per head and layer, the window included.</param>
    /// <param name="window">w.</param>
    /// <param name="beta">β, steepness: the last layer gets about base / β.</param>
    public static int[] Capacities(int tokens, int layers, int capacity, int window, int beta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(beta, 1);
        var capacities = new int[layers];
        if (TokenSelection.KeepsEverything(tokens, capacity, window))
        {
            Array.Fill(capacities, tokens);
            return capacities;
        }

        int average = TokenSelection.Chosen(capacity, window);
        if (tokens < 2 * average)
        {
            Array.Fill(capacities, capacity);
            return capacities;
        }

        int least = average / beta, most = 2 * average - least;
        if (most >= tokens - window)
        {
            most = tokens - window;
            least = 2 * average - most;
        }

        int step = layers > 1 ? (most - least) / (layers - 1) : 0;
        for (int layer = 0; layer < layers; layer++)
        {
            capacities[layer] = most - layer * step + window;
        }

        return capacities;
    }
}

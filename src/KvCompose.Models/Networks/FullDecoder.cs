using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Models.Networks.Layers;

namespace KvCompose.Models.Networks;

/// <summary>
/// A network with the full cache in fp32, by itself: what every pipeline is compared with. Frequencies that depend on the length
/// follow the sequence: with dynamic scaling a key keeps the rotation that it got, with LongRoPE all keys are computed again when
/// the sequence first passes the original context.
/// </summary>
internal sealed unsafe class FullDecoder(Network network) : IDisposable
{
    private readonly List<int> _tokens = [];
    private readonly NativeFloats?[] _keys = new NativeFloats?[network.Shape.Layers];
    private readonly NativeFloats?[] _values = new NativeFloats?[network.Shape.Layers];
    private readonly NativeFloats?[] _states = [.. network.Description.Layers
        .Select(static layer => layer.Recurrent is { } recurrent ? new NativeFloats(recurrent.StateFloats) : null)];
    private readonly bool[]?[]?[] _kept = new bool[]?[]?[network.Shape.Layers];

    /// <summary>Tokens in the cache.</summary>
    public int Length => _tokens.Count;

    /// <summary>Appends tokens. Returns the logits after each of them, or after the last alone.</summary>
    /// <exception cref="ArgumentException">No tokens, or more than the model's context holds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the cache is as it was.</exception>
    public float[] Append(ReadOnlySpan<int> tokens, bool lastOnly = false, CancellationToken cancellation = default)
    {
        int total = Length + tokens.Length;
        if (tokens.Length == 0 || total > network.Shape.Context)
        {
            throw new ArgumentException(
                $"{tokens.Length} tokens behind {Length}, expected at least 1 and at most {network.Shape.Context} together, the model's context",
                nameof(tokens));
        }

        int again = MustRecompute(total) ? Length : 0;
        int[] rows = again > 0 ? [.. _tokens, .. tokens] : tokens.ToArray();
        int first = Length - again;
        using var hidden = new NativeFloats((long)rows.Length * network.Shape.Hidden);
        Compute(rows, first, total, hidden.Pointer, cancellation);
        _tokens.AddRange(tokens);
        int wanted = lastOnly ? 1 : tokens.Length;
        var logits = new float[checked(wanted * network.Shape.Vocabulary)];
        fixed (float* target = logits)
        {
            network.Logits(hidden.Pointer + ((nint)(rows.Length - wanted) * network.Shape.Hidden), wanted, target);
        }

        return logits;
    }

    /// <summary>The state of a layer that has a fixed one: the last inputs of its convolution, then the recurrent state.</summary>
    public ReadOnlySpan<float> State(int layer) => _states[layer] is { } state ? new ReadOnlySpan<float>(state.Pointer, (int)state.Count) : [];

    /// <summary>Leaves only some of the tokens in the cache of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="positions">By key-value head, the positions that stay.</param>
    public void Evict(int layer, int[][] positions)
    {
        _kept[layer] = [.. positions.Select(stay =>
        {
            var kept = new bool[Length];
            foreach (int position in stay)
            {
                kept[position] = true;
            }

            return kept;
        })];
    }

    public void Dispose()
    {
        foreach (NativeFloats? block in _keys.Concat(_values).Concat(_states))
        {
            block?.Dispose();
        }
    }

    private bool MustRecompute(int total) => Length > 0 && network.Description.Layers.Any(
        layer => layer.Attention?.Rotation?.Scaling is RopeScaling.LongRope scaling && scaling.Regime(Length) != scaling.Regime(total));

    private void Compute(int[] tokens, int first, int total, float* hidden, CancellationToken cancellation)
    {
        TransformerShape shape = network.Shape;
        int[] positions = [.. Enumerable.Range(first, tokens.Length)];
        using var queries = new NativeFloats(tokens.Length * network.Description.Layers.Max(
            static layer => layer.Attention is { } attention ? (long)attention.QueryHeads * attention.HeadDim : 0));
        using var scratch = new NativeFloats((long)network.Workers.Count * total);
        using var workspace = new AttentionWorkspace();
        network.Embed(tokens, hidden);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (network.Description.Layers[layer].Attention is not { } attention)
            {
                network.Advance(layer, hidden, tokens.Length, [(nint)_states[layer]!.Pointer]);
                continue;
            }

            int owner = attention.ReadsLayer ?? layer;
            nint keyWidth = (nint)attention.KeyValueHeads * attention.HeadDim;
            float* keys = Reserve(ref _keys[owner], first * keyWidth, total * keyWidth);
            float* values = Reserve(ref _values[owner], first * keyWidth, total * keyWidth);
            network.Project(
                layer, hidden, positions, total, queries.Pointer, keys + (first * keyWidth), values + (first * keyWidth));
            Attend(layer, queries.Pointer, keys, values, first, tokens.Length, scratch.Pointer, workspace, cancellation);
            network.Complete(layer, queries.Pointer, hidden, tokens.Length);
        }
    }

    private void Attend(
        int layer, float* queries, float* keys, float* values, int first, int rows, float* scores, AttentionWorkspace workspace,
        CancellationToken cancellation)
    {
        AttentionDescription attention = network.Description.Layers[layer].Attention!;
        int total = first + rows;
        float* sinks = network.Sinks(layer);
        bool plain = sinks is null && attention.SoftCap is null && (attention.Window ?? int.MaxValue) >= total;
        if (first == 0 && rows > 1 && plain && attention.HeadDim % 16 == 0)
        {
            var shape = new AttentionShape(attention.QueryHeads, attention.KeyValueHeads, attention.HeadDim);
            using var tiles = new NativeFloats(KeyTiles.Floats(rows, shape.KeyValueHeads, shape.HeadDim));
            KeyTiles.Pack(network.Workers, keys, rows, shape.KeyValueHeads, shape.HeadDim, tiles.Pointer);
            CausalAttention.Run(network.Workers, workspace, shape, queries, tiles.Pointer, values, rows, queries, null, cancellation);
            return;
        }

        var work = new CachedAttention
        {
            Attention = attention,
            Queries = queries,
            Keys = keys,
            Values = values,
            Scores = scores,
            Sinks = sinks,
            Kept = _kept[attention.ReadsLayer ?? layer],
            FirstPosition = first,
            Tokens = total,
            Cancellation = cancellation,
        };
        network.Workers.Run(ref work, rows * attention.QueryHeads);
    }

    private static float* Reserve(ref NativeFloats? block, nint used, nint wanted)
    {
        if (block is null || block.Count < wanted)
        {
            var larger = new NativeFloats(Math.Max(wanted, 2 * used));
            if (block is not null)
            {
                Buffer.MemoryCopy(block.Pointer, larger.Pointer, larger.Count * sizeof(float), used * sizeof(float));
                block.Dispose();
            }

            block = larger;
        }

        return block.Pointer;
    }
}

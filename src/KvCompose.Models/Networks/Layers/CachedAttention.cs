using System.Numerics.Tensors;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// Attention of rows over all keys and values before them, with a window and a cap of scores where the layer has them. An item is
/// one query head of one row. Plain: for the full cache of a network by itself, not for sessions.
/// </summary>
internal unsafe struct CachedAttention : IParallelWork
{
    public AttentionDescription Attention;
    public float* Queries; // [rows, Hq, d]; receives what is attended.
    public float* Keys; // [tokens, Hkv, d]
    public float* Values; // [tokens, Hkv, d]
    public float* Scores; // [threads, tokens]
    public float* Sinks; // [Hq]; null for none
    public bool[]?[]? Kept; // By key-value head and token; null for all.
    public int FirstPosition;
    public int Tokens;
    public CancellationToken Cancellation;

    public readonly void Run(int item, int worker)
    {
        Cancellation.ThrowIfCancellationRequested();
        int row = item / Attention.QueryHeads, head = item % Attention.QueryHeads, d = Attention.HeadDim;
        int position = FirstPosition + row, keyHead = head / (Attention.QueryHeads / Attention.KeyValueHeads);
        int first = Attention.FirstSeen(position), count = position + 1 - first;
        nint stride = (nint)Attention.KeyValueHeads * d, start = (first * stride) + (keyHead * d);
        var query = new Span<float>(Queries + ((((nint)row * Attention.QueryHeads) + head) * d), d);
        var scores = new Span<float>(Scores + ((nint)worker * Tokens), count);
        float scale = 1 / MathF.Sqrt(d); // The layer's own scale is in the queries.
        float* key = Keys + start;
        for (int i = 0; i < count; i++, key += stride)
        {
            scores[i] = TensorPrimitives.Dot(query, new ReadOnlySpan<float>(key, d)) * scale;
        }

        if (Attention.SoftCap is { } cap)
        {
            TensorPrimitives.Divide(scores, cap, scores);
            TensorPrimitives.Tanh(scores, scores);
            TensorPrimitives.Multiply(scores, cap, scores);
        }

        for (int i = 0; Kept?[keyHead] is { } kept && i < count; i++)
        {
            scores[i] = first + i >= kept.Length || kept[first + i] ? scores[i] : float.NegativeInfinity;
        }

        float sink = Sinks is null ? float.NegativeInfinity : Sinks[head], largest = MathF.Max(sink, TensorPrimitives.Max<float>(scores));
        TensorPrimitives.Subtract(scores, largest, scores);
        TensorPrimitives.Exp(scores, scores);
        float sum = TensorPrimitives.Sum<float>(scores) + MathF.Exp(sink - largest);
        query.Clear();
        float* value = Values + start;
        for (int i = 0; i < count; i++, value += stride)
        {
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(value, d), scores[i], query, query);
        }

        TensorPrimitives.Divide(query, sum, query);
    }
}

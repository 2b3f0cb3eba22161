using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Sessions;
using KvCompose.Threading;

namespace KvCompose.Profiles;

/// <summary>
/// The attention probabilities of a text's last tokens. One causal pass over the whole text gives for each of them what a decode step
/// with the full cache would have given: exp(q·k/√d − log-sum-exp of the row). Layers with a sliding window are computed and not recorded.
/// </summary>
internal static unsafe class AttentionRecorder
{
    /// <summary>Receives the rows of one key-value head's group, [G][row + 1], before the next call.</summary>
    public delegate void Receive(int layer, int head, int row, float[][] probabilities);

    /// <summary>Reads a text and hands out the rows <paramref name="firstRow"/> … last of every layer without a window, counted among these, and key-value head.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, no longer than the context.</param>
    /// <param name="firstRow">First token whose attention is wanted.</param>
    /// <param name="receive">Called for every layer, head and row, from one thread.</param>
    /// <param name="cancellation">Looked at between layers and inside of attention.</param>
    /// <exception cref="UnsupportedLayerException">
    /// All layers of the model have a window, or one has sinks, a fixed state, another's cache or other heads.
    /// </exception>
    public static void Run<TTransformer>(
        TTransformer model, ReadOnlySpan<int> tokens, int firstRow, Receive receive, CancellationToken cancellation)
        where TTransformer : struct, ITransformer
    {
        UnsupportedLayerException.ThrowIfAny(model);
        Layers(model);
        LayerFacts[] layers = LayerFacts.Of(model);
        TransformerShape shape = model.Shape;
        int headDim = shape.HeadDim, count = tokens.Length, rows = count - firstRow;
        shape = shape with { HeadDim = HeadPadding.Padded(headDim) };
        using var buffers = new PrefillBuffers(shape, count);
        using var workspace = new AttentionWorkspace();
        using var kept = new NativeFloats((long)rows * shape.QueryHeads * shape.HeadDim);
        using var weights = new NativeFloats((long)rows * shape.GroupSize * buffers.TokenStride);
        model.Embed(tokens, buffers.Hidden);
        for (int layer = 0, global = 0; layer < shape.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            LayerFacts facts = layers[layer];
            var attention = new AttentionShape(shape.QueryHeads, shape.KeyValueHeads, shape.HeadDim) { SoftCap = facts.SoftCap };
            model.Project(layer, buffers.Hidden, buffers.Positions, buffers.Queries, buffers.Keys, buffers.Values);
            if (shape.HeadDim != headDim)
            {
                HeadPadding.Widen(buffers.Queries, (long)count * shape.QueryHeads, headDim, MathF.Sqrt(shape.HeadDim / (float)headDim));
                HeadPadding.Widen(buffers.Keys, (long)count * shape.KeyValueHeads, headDim, 1);
                HeadPadding.Widen(buffers.Values, (long)count * shape.KeyValueHeads, headDim, 1);
            }

            KeyTiles.Pack(model.Workers, buffers.Keys, count, shape.KeyValueHeads, shape.HeadDim, buffers.Tiles);
            if (facts.Kind == LayerKind.SlidingWindow)
            {
                int[] first = [.. Enumerable.Range(0, count).Select(facts.FirstSeen)];
                CausalAttention.RunWindow(
                    model.Workers, workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, first, buffers.Queries, cancellation);
            }
            else
            {
                // Attention overwrites the queries.
                float* queries = buffers.Queries + ((nint)firstRow * shape.QueryHeads * shape.HeadDim);
                new ReadOnlySpan<float>(queries, (int)kept.Count).CopyTo(new Span<float>(kept.Pointer, (int)kept.Count));
                CausalAttention.Run(
                    model.Workers, workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, count, buffers.Queries, buffers.LogSumExp, cancellation);
                for (int head = 0; head < shape.KeyValueHeads; head++)
                {
                    var work = new RowWork
                    {
                        Shape = shape,
                        SoftCap = facts.SoftCap,
                        Head = head,
                        FirstRow = firstRow,
                        Count = count,
                        Stride = buffers.TokenStride,
                        Queries = kept.Pointer,
                        Keys = buffers.Keys,
                        LogSumExp = buffers.LogSumExp,
                        Weights = weights.Pointer,
                    };
                    model.Workers.Run(ref work, rows * shape.GroupSize);
                    HandOut(global, head, firstRow, rows, shape.GroupSize, buffers.TokenStride, weights.Pointer, receive);
                }

                global++;
            }

            if (shape.HeadDim != headDim)
            {
                HeadPadding.Narrow(buffers.Queries, (long)count * shape.QueryHeads, headDim);
            }

            model.Complete(layer, buffers.Queries, buffers.Hidden, count);
        }
    }

    /// <summary>Layers of a model that are recorded: those without a window, on which pipelines act.</summary>
    /// <exception cref="UnsupportedLayerException">There is none.</exception>
    public static int Layers<TTransformer>(TTransformer model)
        where TTransformer : struct, ITransformer
    {
        int layers = LayerFacts.Of(model).Count(static facts => facts.IsStaged);
        return layers > 0
            ? layers
            : throw new UnsupportedLayerException(0, "has a window, as all layers of the model have: no head of it sees a whole prompt, and there is nothing to measure");
    }

    private static void HandOut(int layer, int head, int firstRow, int rows, int group, int stride, float* weights, Receive receive)
    {
        for (int row = 0; row < rows; row++)
        {
            var probabilities = new float[group][];
            for (int member = 0; member < group; member++)
            {
                probabilities[member] = new ReadOnlySpan<float>(weights + ((((nint)row * group) + member) * stride), firstRow + row + 1).ToArray();
            }

            receive(layer, head, firstRow + row, probabilities);
        }
    }

    /// <summary>One row under one query head an item.</summary>
    private struct RowWork : IParallelWork
    {
        public TransformerShape Shape;
        public float SoftCap;
        public int Head;
        public int FirstRow;
        public int Count;
        public int Stride;
        public float* Queries;
        public float* Keys;
        public float* LogSumExp;
        public float* Weights;

        public readonly void Run(int item, int worker)
        {
            int d = Shape.HeadDim, row = item / Shape.GroupSize, queryHead = (Head * Shape.GroupSize) + (item % Shape.GroupSize);
            var query = new ReadOnlySpan<float>(Queries + ((((nint)row * Shape.QueryHeads) + queryHead) * d), d);
            float logSumExp = LogSumExp[((nint)queryHead * Count) + FirstRow + row], scale = 1 / MathF.Sqrt(d);
            float* target = Weights + ((nint)item * Stride);
            for (int token = 0; token <= FirstRow + row; token++)
            {
                var key = new ReadOnlySpan<float>(Keys + ((((nint)token * Shape.KeyValueHeads) + Head) * d), d);
                float score = Dot(query, key) * scale;
                target[token] = MathF.Exp((SoftCap > 0 ? SoftCap * MathF.Tanh(score / SoftCap) : score) - logSumExp);
            }
        }

        private static float Dot(ReadOnlySpan<float> query, ReadOnlySpan<float> key)
        {
            float sum = 0;
            for (int i = 0; i < query.Length; i++)
            {
                sum += query[i] * key[i];
            }

            return sum;
        }
    }
}

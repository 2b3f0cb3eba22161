using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Residency.OmniKv;

/// <summary>
/// The probabilities that the prompt's last queries gave its tokens under one key-value head: for selectors whose window reaches back into the
/// prompt. Made again from queries and keys, once a prompt and filter layer.
/// </summary>
internal sealed unsafe class PromptRows : IDisposable
{
    private NativeFloats? _logits;

    /// <summary>Raises the rows of a window to what this head's queries give each token, where that is more.</summary>
    /// <param name="placement">Keys and the last queries of the head.</param>
    /// <param name="groupSize">G.</param>
    /// <param name="softCap">The bound of scaled scores; 0 for none.</param>
    /// <param name="rows">How many of the last queries.</param>
    /// <param name="window">Holds the rows.</param>
    /// <param name="workers">Threads.</param>
    public void Raise(in PlacementContext placement, int groupSize, float softCap, int rows, QueryWindow window, WorkerPool workers)
    {
        int tokens = placement.Positions.Length, stride = KeyTiles.Count(tokens) * KeyTiles.Tokens;
        _logits = NativeFloats.AtLeast(_logits, (long)rows * groupSize * stride);
        var raise = new RaiseWork
        {
            Window = window,
            Logits = _logits.Pointer,
            Tiles = placement.KeyTiles,
            Queries = placement.WindowQueries + ((nint)(placement.WindowRows - rows) * placement.HeadDim),
            HeadStride = placement.WindowStride * placement.HeadDim,
            HeadDim = placement.HeadDim,
            GroupSize = groupSize,
            SoftCap = softCap,
            Rows = rows,
            Tokens = tokens,
            Stride = stride,
        };
        workers.Run(ref raise, rows);
    }

    /// <inheritdoc/>
    public void Dispose() => _logits?.Dispose();

    /// <summary>One row of the window under all query heads of the group.</summary>
    private struct RaiseWork : IParallelWork
    {
        public QueryWindow Window;
        public float* Logits;
        public float* Tiles;
        public float* Queries;
        public int HeadStride;
        public int HeadDim;
        public int GroupSize;
        public float SoftCap;
        public int Rows;
        public int Tokens;
        public int Stride;

        public readonly void Run(int row, int worker)
        {
            int visible = Tokens - Rows + row + 1;
            float* target = Window.PromptRow(row);
            for (int member = 0; member < GroupSize; member++)
            {
                float* logits = Logits + ((nint)((row * GroupSize) + member) * Stride);
                float* query = Queries + ((nint)member * HeadStride) + ((nint)row * HeadDim);
                for (int token = 0; token < visible; token += KeyTiles.Tokens)
                {
                    float* keys = Tiles + ((nint)token * HeadDim);
                    Vector512<float> sum = Vector512<float>.Zero;
                    for (int i = 0; i < HeadDim; i++)
                    {
                        sum = Vector512.MultiplyAddEstimate(Vector512.Load(keys + (i * KeyTiles.Tokens)), Vector512.Create(query[i]), sum);
                    }

                    // The queries are scaled for powers of two.
                    sum = SoftCap > 0 ? ScoreCap.Of(sum, SoftCap) : sum;
                    (sum * VectorExponential.Ln2).Store(logits + token);
                }

                var seen = new Span<float>(logits, visible);
                TensorPrimitives.SoftMax(seen, seen);
                TensorPrimitives.Max(new ReadOnlySpan<float>(target, visible), seen, new Span<float>(target, visible));
            }
        }
    }
}

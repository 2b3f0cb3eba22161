using System.Runtime.Intrinsics;
using KvCompose.Attention;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Sessions;

/// <summary>
/// What every token collects from the rows of a chunk, as it would from as many decode steps: the probabilities of a group's query heads are reduced
/// to one, and summed over the rows. Each probability is made again from the row's log-sum-exp.
/// </summary>
internal unsafe struct ChunkCollection : IParallelWork
{
    private AttentionShape _shape;
    private AppendedChunk _chunk;
    private AttendedKeys _source;
    private float* _sums;
    private int _head;
    private GroupReduction _reduction;

    /// <summary>Collects for some heads of a layer, whose attention is done.</summary>
    public static void Run(
        WorkerPool workers, AttentionShape shape, AppendedChunk chunk, ReadOnlySpan<AttendedKeys> sources, int layer, int first, GroupReduction reduction)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            var work = new ChunkCollection
            {
                _shape = shape,
                _chunk = chunk,
                _source = sources[i],
                _sums = chunk.Collected(layer, first + i, sources[i].Before + chunk.Rows),
                _head = first + i,
                _reduction = reduction,
            };
            workers.Run(ref work, sources[i].TileCount);
        }
    }

    /// <summary>One tile of 16 keys.</summary>
    public readonly void Run(int item, int worker)
    {
        int d = _shape.HeadDim, group = _shape.GroupSize;
        float scale = VectorExponential.Log2E / MathF.Sqrt(d);
        Vector512<int> keys = Vector512.Create(item * KeyTiles.Tokens) + Vector512<int>.Indices;
        Vector512<float> sum = Vector512<float>.Zero;
        for (int row = Math.Max(0, (item * KeyTiles.Tokens) - _source.Before); row < _chunk.Rows; row++)
        {
            Vector512<float> reduced = Vector512<float>.Zero;
            for (int member = 0; member < group; member++)
            {
                int queryHead = (_head * group) + member;
                Vector512<float> exponent = Products(item, _chunk.Queries + ((((nint)row * _shape.QueryHeads) + queryHead) * d)) * scale;
                exponent = _shape.SoftCap > 0 ? ScoreCap.Of(exponent, _shape.SoftCap) : exponent;
                exponent -= Vector512.Create(_chunk.LogSumExp[((nint)queryHead * _chunk.Rows) + row] * VectorExponential.Log2E);
                Vector512<float> probability = VectorExponential.PowerOfTwo(Vector512.MinNative(exponent, Vector512.Create(126f)));
                reduced = _reduction == GroupReduction.Max ? Vector512.Max(reduced, probability) : reduced + probability;
            }

            Vector512<float> seen = Vector512.LessThanOrEqual(keys, Vector512.Create(_source.Before + row)).AsSingle();
            sum += Vector512.ConditionalSelect(seen, reduced, Vector512<float>.Zero);
        }

        (_reduction == GroupReduction.Mean ? sum * (1f / group) : sum).Store(_sums + ((nint)item * KeyTiles.Tokens));
    }

    private readonly Vector512<float> Products(int tile, float* query)
    {
        int d = _shape.HeadDim;
        float* column = _source.Tiles + ((nint)tile * d * KeyTiles.Tokens);
        Vector512<float> sum = Vector512<float>.Zero;
        for (int i = 0; i < d; i++, column += KeyTiles.Tokens)
        {
            sum = Vector512.MultiplyAddEstimate(Vector512.Load(column), Vector512.Create(query[i]), sum);
        }

        return sum;
    }
}

using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// What follows the projections of a layer: biases, normalisation of queries and keys, rotation. An item is a few rows.
/// </summary>
internal unsafe struct HeadPreparation : IParallelWork
{
    private const int RowsPerItem = 16;

    public AttentionDescription Attention;
    public LayerWeights Layer;
    public RotaryTable? Rotary;
    public float QueryFactor;
    public float* Queries;
    public float* Keys; // null where the layer reads another's
    public float* Values;
    public int* Positions;
    public int Rows;

    public static void Run(WorkerPool workers, HeadPreparation work)
        => workers.Run(ref work, (work.Rows + RowsPerItem - 1) / RowsPerItem);

    public readonly void Run(int item, int worker)
    {
        int half = Rotary?.Half ?? 0;
        float* cosines = stackalloc float[(2 * half) + 1];
        float* sines = cosines + half;
        int last = Math.Min(Rows, (item + 1) * RowsPerItem);
        int queryWidth = Attention.QueryHeads * Attention.HeadDim, keyWidth = Attention.KeyValueHeads * Attention.HeadDim;
        for (int row = item * RowsPerItem; row < last; row++)
        {
            Rotary?.Angles(Positions[row], cosines, sines);
            float* queries = Queries + ((nint)row * queryWidth);
            Prepare(queries, Attention.QueryHeads, Layer.QueryBias, Layer.QueryNorm, cosines, sines);
            float factor = Attention.QueryScale is { } scale ? QueryFactor * scale.At(Positions[row]) : QueryFactor;
            if (factor != 1)
            {
                RowKernels.Scale(queries, factor, queryWidth);
            }

            if (Keys is not null)
            {
                float* keys = Keys + ((nint)row * keyWidth), values = Values + ((nint)row * keyWidth);
                PrepareValues(keys, values, keyWidth);
                Prepare(keys, Attention.KeyValueHeads, Layer.KeyBias, Layer.KeyNorm, cosines, sines);
            }
        }
    }

    private readonly void PrepareValues(float* keys, float* values, int width)
    {
        if (Attention.ValuesAreKeys)
        {
            new ReadOnlySpan<float>(keys, width).CopyTo(new Span<float>(values, width));
        }

        if ((Attention.ValuesAreKeys ? Layer.KeyBias : Layer.ValueBias) is { } bias)
        {
            RowKernels.Add(values, bias.Pointer, width);
        }

        for (int head = 0; head < Attention.KeyValueHeads && Layer.ValueNorm is not null; head++)
        {
            Layer.ValueNorm.Apply(values + (head * Attention.HeadDim), Attention.HeadDim);
        }
    }

    private readonly void Prepare(float* heads, int count, NativeFloats? bias, NormWeights? norm, float* cosines, float* sines)
    {
        int d = Attention.HeadDim;
        if (bias is not null)
        {
            RowKernels.Add(heads, bias.Pointer, count * d);
        }

        if (norm is not null && Attention.QueryKeyNormScope == HeadNormScope.AllHeads)
        {
            norm.Apply(heads, count * d);
        }

        for (int head = 0; head < count; head++, heads += d)
        {
            if (norm is not null && Attention.QueryKeyNormScope != HeadNormScope.AllHeads)
            {
                norm.Apply(heads, d, Attention.QueryKeyNormScope == HeadNormScope.OwnOfHead ? head * d : 0);
            }

            if (Rotary is null)
            {
                continue;
            }

            if (Attention.Rotation!.Pairing == RotaryPairing.Halves)
            {
                RowKernels.Rotate(heads, cosines, sines, Rotary.Half);
            }
            else
            {
                RowKernels.RotateNeighbours(heads, cosines, sines, Rotary.Half);
            }
        }
    }
}

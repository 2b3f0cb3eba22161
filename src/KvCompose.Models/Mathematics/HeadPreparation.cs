using System.Numerics.Tensors;
using KvCompose.Memory;
using KvCompose.Models.Llama;
using KvCompose.Threading;

namespace KvCompose.Models.Mathematics;

/// <summary>
/// What follows the projections of a layer: biases, normalisation of every query and key head, rotation. An item is a few rows.
/// </summary>
internal unsafe struct HeadPreparation : IParallelWork
{
    private const int RowsPerItem = 16;

    public TransformerShape Shape;
    public LayerWeights Layer;
    public RotaryTable Rotary;
    public float NormEpsilon;
    public float* Queries;
    public float* Keys;
    public float* Values;
    public int* Positions;
    public int Rows;

    public static void Run(WorkerPool workers, HeadPreparation work)
        => workers.Run(ref work, (work.Rows + RowsPerItem - 1) / RowsPerItem);

    public readonly void Run(int item, int worker)
    {
        int half = Shape.HeadDim / 2;
        float* cosines = stackalloc float[Shape.HeadDim];
        float* sines = cosines + half;
        int last = Math.Min(Rows, (item + 1) * RowsPerItem);
        int queryWidth = Shape.QueryHeads * Shape.HeadDim, keyWidth = Shape.KeyValueHeads * Shape.HeadDim;
        for (int row = item * RowsPerItem; row < last; row++)
        {
            Rotary.Angles(Positions[row], cosines, sines);
            Prepare(Queries + ((nint)row * queryWidth), Shape.QueryHeads, Layer.QueryBias, Layer.QueryNorm, cosines, sines);
            Prepare(Keys + ((nint)row * keyWidth), Shape.KeyValueHeads, Layer.KeyBias, Layer.KeyNorm, cosines, sines);
            if (Layer.ValueBias is { } bias)
            {
                RowKernels.Add(Values + ((nint)row * keyWidth), bias.Pointer, keyWidth);
            }
        }
    }

    private readonly void Prepare(
        float* heads, int count, NativeFloats? bias, NativeFloats? norm, float* cosines, float* sines)
    {
        int d = Shape.HeadDim;
        if (bias is not null)
        {
            RowKernels.Add(heads, bias.Pointer, count * d);
        }

        for (int head = 0; head < count; head++, heads += d)
        {
            if (norm is not null)
            {
                float squares = TensorPrimitives.SumOfSquares<float>(new ReadOnlySpan<float>(heads, d));
                RowKernels.ScaleByWeights(heads, 1 / MathF.Sqrt((squares / d) + NormEpsilon), norm.Pointer, heads, d);
            }

            RowKernels.Rotate(heads, cosines, sines, d / 2);
        }
    }
}

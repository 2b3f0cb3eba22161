using KvCompose.Models.Files;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>
/// A weight matrix [outputs, inputs]. Floats are packed into the order in which products read them; every other type stays as the
/// file has it, in the mapped file, and is decoded in registers or small pieces on its way into a product.
/// </summary>
internal abstract unsafe class WeightMatrix(int outputs, int inputs) : IDisposable
{
    public int Outputs { get; } = outputs;

    public int Inputs { get; } = inputs;

    /// <summary>Panels of 32 outputs.</summary>
    public int Panels => (Outputs + TileProduct.Columns - 1) / TileProduct.Columns;

    /// <summary>Bytes of memory of its own; what lies in the mapped file is not counted.</summary>
    public abstract long OwnBytes { get; }

    public static WeightMatrix Load(StoredTensor tensor) => Load(tensor, 0, checked((int)tensor.Shape[^2]));

    /// <summary>Some rows of a tensor: several projections may stand in one.</summary>
    public static WeightMatrix Load(StoredTensor tensor, int firstRow, int rows)
    {
        int inputs = checked((int)tensor.Shape[^1]);
        return tensor.Type == StoredType.F32
            ? PackedMatrix.Load(tensor, firstRow, rows, inputs) : new StoredMatrix(tensor, firstRow, rows, inputs);
    }

    /// <summary>Copies the weights of one output.</summary>
    public abstract void CopyRow(int output, float* target);

    /// <summary>Copies some weights of one output.</summary>
    /// <param name="output">Which.</param>
    /// <param name="first">The first weight.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="scratch">Room for all weights of the output.</param>
    public virtual void CopyPart(int output, int first, int count, float* target, float* scratch)
    {
        CopyRow(output, scratch);
        new ReadOnlySpan<float>(scratch + first, count).CopyTo(new Span<float>(target, count));
    }

    public virtual void Dispose()
    {
    }
}

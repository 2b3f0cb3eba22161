using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>
/// A weight matrix of floats in the order in which products read it: panels of 32 outputs, in each the weights of
/// one input after another, [⌈outputs / 32⌉][inputs][32]. Outputs after the last are zero. Read past the mapped file, so that the
/// weights are in memory once.
/// </summary>
internal sealed unsafe class PackedMatrix : WeightMatrix
{
    private readonly NativeFloats _weights;

    private PackedMatrix(int outputs, int inputs)
        : base(outputs, inputs)
        => _weights = new NativeFloats((long)Panels * inputs * TileProduct.Columns);

    public override long OwnBytes => _weights.Count * sizeof(float);

    public static PackedMatrix Load(StoredTensor tensor, int firstRow, int rows, int inputs)
    {
        var matrix = new PackedMatrix(rows, inputs);
        try
        {
            var block = new float[TileProduct.Columns * inputs];
            for (int panel = 0; panel < matrix.Panels; panel++)
            {
                int first = panel * TileProduct.Columns;
                int count = Math.Min(TileProduct.Columns, rows - first);
                TensorNumbers.ReadFloats(tensor, (long)(firstRow + first) * inputs, block.AsSpan(0, count * inputs));
                matrix.Fill(panel, block, count);
            }

            return matrix;
        }
        catch
        {
            matrix.Dispose();
            throw;
        }
    }

    /// <summary>The panel's weights, [inputs][32].</summary>
    public float* Panel(int panel) => _weights.Pointer + ((long)panel * Inputs * TileProduct.Columns);

    public override void CopyRow(int output, float* target)
    {
        float* weight = Panel(output / TileProduct.Columns) + (output % TileProduct.Columns);
        for (int input = 0; input < Inputs; input++, weight += TileProduct.Columns)
        {
            target[input] = *weight;
        }
    }

    public override void Dispose()
    {
        _weights.Dispose();
        base.Dispose();
    }

    private void Fill(int panel, float[] rows, int count)
    {
        float* target = Panel(panel);
        for (int input = 0; input < Inputs; input++, target += TileProduct.Columns)
        {
            for (int row = 0; row < count; row++)
            {
                target[row] = rows[(row * Inputs) + input];
            }
        }
    }
}

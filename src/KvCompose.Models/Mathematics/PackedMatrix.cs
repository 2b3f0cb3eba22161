using KvCompose.Memory;
using KvCompose.Models.Checkpoints;
using KvCompose.Numerics;

namespace KvCompose.Models.Mathematics;

/// <summary>
/// A weight matrix [outputs, inputs] in the order in which products read it: panels of 32 outputs, in each the weights of
/// one input after another, [⌈outputs / 32⌉][inputs][32]. Outputs behind the last are zero.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private readonly NativeFloats _weights;

    private PackedMatrix(int outputs, int inputs)
    {
        Outputs = outputs;
        Inputs = inputs;
        Panels = (outputs + TileProduct.Columns - 1) / TileProduct.Columns;
        _weights = new NativeFloats((long)Panels * inputs * TileProduct.Columns);
    }

    public int Outputs { get; }

    public int Inputs { get; }

    public int Panels { get; }

    public static PackedMatrix Load(CheckpointTensor tensor)
    {
        var matrix = new PackedMatrix((int)tensor.Shape[0], (int)tensor.Shape[1]);
        try
        {
            var rows = new float[TileProduct.Columns * matrix.Inputs];
            for (int panel = 0; panel < matrix.Panels; panel++)
            {
                int first = panel * TileProduct.Columns;
                int count = Math.Min(TileProduct.Columns, matrix.Outputs - first);
                tensor.Read((long)first * matrix.Inputs, rows.AsSpan(0, count * matrix.Inputs));
                matrix.Fill(panel, rows, count);
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

    /// <summary>Copies the weights of one output.</summary>
    public void CopyRow(int output, float* target)
    {
        float* weight = Panel(output / TileProduct.Columns) + (output % TileProduct.Columns);
        for (int input = 0; input < Inputs; input++, weight += TileProduct.Columns)
        {
            target[input] = *weight;
        }
    }

    public void Dispose() => _weights.Dispose();

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

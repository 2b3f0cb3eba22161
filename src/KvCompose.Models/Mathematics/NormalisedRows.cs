using System.Numerics.Tensors;

namespace KvCompose.Models.Mathematics;

/// <summary>RMS normalisation (Zhang and Sennrich 2019): x · w / √(mean x² + ε).</summary>
internal readonly unsafe struct NormalisedRows(float* rows, int width, float* weights, float epsilon) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly float* _weights = weights;
    private readonly int _width = width;
    private readonly float _epsilon = epsilon;

    public float Prepare(int row)
    {
        float squares = TensorPrimitives.SumOfSquares<float>(new ReadOnlySpan<float>(_rows + ((nint)row * _width), _width));
        return 1 / MathF.Sqrt((squares / _width) + _epsilon);
    }

    public void Copy(int row, float prepared, int first, int count, float* target)
        => RowKernels.ScaleByWeights(_rows + ((nint)row * _width) + first, prepared, _weights + first, target, count);
}

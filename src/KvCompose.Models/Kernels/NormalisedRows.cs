namespace KvCompose.Models.Kernels;

/// <summary>Rows normalised on their way into tiles.</summary>
internal readonly unsafe struct NormalisedRows(float* rows, int stride, int width, NormWeights norm) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly int _stride = stride;
    private readonly int _width = width;
    private readonly NormWeights _norm = norm;

    public RowStatistics Prepare(int row) => _norm.Statistics(_rows + ((nint)row * _stride), _width);

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
        => _norm.Apply(_rows + ((nint)row * _stride) + first, statistics, first, target, count);
}

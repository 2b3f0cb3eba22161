namespace KvCompose.Models.Kernels;

/// <summary>Rows as they are.</summary>
internal readonly unsafe struct PlainRows(float* rows, int stride) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly int _stride = stride;

    public RowStatistics Prepare(int row) => default;

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
        => new ReadOnlySpan<float>(_rows + ((nint)row * _stride) + first, count).CopyTo(new Span<float>(target, count));
}

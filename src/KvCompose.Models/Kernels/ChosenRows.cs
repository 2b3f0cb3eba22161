namespace KvCompose.Models.Kernels;

/// <summary>Chosen rows, each times its own factor where there is one.</summary>
internal readonly unsafe struct ChosenRows(float* rows, int width, int* chosen, float* factors) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly int _width = width;
    private readonly int* _chosen = chosen;
    private readonly float* _factors = factors; // null for none

    public RowStatistics Prepare(int row) => default;

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
    {
        float* source = _rows + ((nint)_chosen[row] * _width) + first;
        if (_factors is null)
        {
            new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
            return;
        }

        for (int i = 0; i < count; i++)
        {
            target[i] = source[i] * _factors[row];
        }
    }
}

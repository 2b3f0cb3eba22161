namespace KvCompose.Models.Kernels;

/// <summary>Rows times σ of others.</summary>
internal readonly unsafe struct SigmoidGatedRows(float* rows, float* gate, int width) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly float* _gate = gate;
    private readonly int _width = width;

    public RowStatistics Prepare(int row) => default;

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
    {
        nint at = ((nint)row * _width) + first;
        for (int i = 0; i < count; i++)
        {
            target[i] = _rows[at + i] / (1 + MathF.Exp(-_gate[at + i]));
        }
    }
}

namespace KvCompose.Models.Mathematics;

/// <summary>silu(gate) · up, the middle of the feed-forward block (Shazeer 2020).</summary>
internal readonly unsafe struct GatedRows(float* gate, float* up, int width) : IRowSource
{
    private readonly float* _gate = gate;
    private readonly float* _up = up;
    private readonly int _width = width;

    public float Prepare(int row) => 0;

    public void Copy(int row, float prepared, int first, int count, float* target)
    {
        nint at = ((nint)row * _width) + first;
        RowKernels.Gate(_gate + at, _up + at, target, count);
    }
}

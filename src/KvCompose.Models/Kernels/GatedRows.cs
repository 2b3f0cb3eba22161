namespace KvCompose.Models.Kernels;

/// <summary>activation(gate) · up, the middle of the feed-forward block (Shazeer 2020).</summary>
internal readonly unsafe struct GatedRows(float* gate, float* up, int width, Activation activation) : IRowSource
{
    private readonly float* _gate = gate;
    private readonly float* _up = up;
    private readonly int _width = width;
    private readonly Activation _activation = activation;

    public RowStatistics Prepare(int row) => default;

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
    {
        nint at = ((nint)row * _width) + first;
        Activations.Gate(_activation, _gate + at, _up + at, target, count);
    }
}

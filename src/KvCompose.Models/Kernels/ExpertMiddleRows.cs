namespace KvCompose.Models.Kernels;

/// <summary>The middle of an expert: gate and up projection apart, or alternating.</summary>
internal readonly unsafe struct ExpertMiddleRows(float* gate, float* up, int width, Activation activation) : IRowSource
{
    private const float Limit = 7, Alpha = 1.702f;

    private readonly float* _gate = gate; // [rows, width], or [rows, 2 · width] where up is null
    private readonly float* _up = up;
    private readonly int _width = width;
    private readonly Activation _activation = activation;

    public RowStatistics Prepare(int row) => default;

    public void Copy(int row, RowStatistics statistics, int first, int count, float* target)
    {
        nint at = ((nint)row * _width) + first;
        if (_activation != Activation.ClampedSwish)
        {
            Activations.Gate(_activation, _gate + at, _up + at, target, count);
            return;
        }

        int step = _up is null ? 2 : 1;
        float* gate = _gate + (step * at), up = _up is null ? gate + 1 : _up + at;
        for (int i = 0; i < count; i++)
        {
            float x = MathF.Min(gate[i * step], Limit), other = Math.Clamp(up[i * step], -Limit, Limit);
            target[i] = (other + 1) * x / (1 + MathF.Exp(-Alpha * x));
        }
    }
}

namespace KvCompose.Shared.Specs;

/// <summary>A shape of heads that kernels are written out for.</summary>
/// <param name="HeadDim">d.</param>
/// <param name="GroupSize">G.</param>
internal sealed record KernelShapeSpec(int HeadDim, int GroupSize)
{
    /// <summary>Elements of the longest head whose columns and scores fit the registers of a thread.</summary>
    public const int MostHeadDim = 256;
}

namespace KvCompose;

/// <summary>An open pipeline has no device kernels for the heads of a model.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="headDim">d of the model.</param>
/// <param name="groupSize">G of the model.</param>
/// <param name="listed">The shapes that there are kernels for, in words; empty for none.</param>
public sealed class KernelShapeException(string pipeline, int headDim, int groupSize, string listed)
    : ArgumentException(
        $"pipeline '{pipeline}' has {(listed.Length == 0 ? "no kernels" : "kernels for " + listed)}, but the model has heads of {headDim} elements, {groupSize} query heads a key-value head: "
        + (headDim is >= 16 and <= 256 && headDim % 16 == 0 && groupSize is >= 1 and <= 16
            ? $"add [KernelShape({headDim}, {groupSize})] to the declaration"
            : "kernels go up to 256 elements, a multiple of 16, and 16 query heads"))
{
    /// <summary>d of the model.</summary>
    public int HeadDim { get; } = headDim;

    /// <summary>G of the model.</summary>
    public int GroupSize { get; } = groupSize;
}

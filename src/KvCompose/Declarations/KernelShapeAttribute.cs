namespace KvCompose;

/// <summary>
/// Lists a shape of heads that an open pipeline has device kernels for: they are written out for one shape each. Stands on the class, once for every shape.
/// On the CPU an open pipeline runs every model without it.
/// </summary>
/// <param name="headDim">d: a multiple of 16 from 16 to 256.</param>
/// <param name="groupSize">G: from 1 to 16.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class KernelShapeAttribute(int headDim, int groupSize) : Attribute
{
    /// <summary>Elements of one head's query, key or value.</summary>
    public int HeadDim { get; } = headDim;

    /// <summary>Query heads that share one key-value head.</summary>
    public int GroupSize { get; } = groupSize;
}

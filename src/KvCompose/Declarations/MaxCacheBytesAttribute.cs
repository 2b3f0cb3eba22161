namespace KvCompose;

/// <summary>
/// The most bytes of pages that the prompt of one sequence may leave in a pipeline's cache. A pipeline that names its
/// <see cref="KvPipelineAttribute.Model"/> and could leave more does not compile; one without a stated shape opens no session over such a model. What decoding adds without evicting, and what a tier keeps on the host, does not count.
/// </summary>
/// <param name="bytes">The limit, of all layers and heads.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MaxCacheBytesAttribute(long bytes) : Attribute
{
    /// <summary>The limit.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>The longest prompt that is reckoned with, for budgets that grow with it; 0 for the model's context.</summary>
    public int PromptTokens { get; set; }
}

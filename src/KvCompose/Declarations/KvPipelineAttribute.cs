namespace KvCompose;

/// <summary>
/// Makes a partial class a KV-cache pipeline. The stages are further attributes on the same class; the compiler writes the
/// code for exactly that combination into the class. Without <see cref="HeadDim"/>, <see cref="GroupSize"/> and <see cref="Model"/> the pipeline is open: it
/// runs every model whose heads are a multiple of 8 elements, up to 512, and takes the shape from the model when a session is opened. Stated, the shape is
/// folded into the code, and models of other shapes are refused.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KvPipelineAttribute : Attribute
{
    /// <summary>Elements of one head's query, key or value, d: a multiple of 8 from 8 to 512. Not set, it is open, or 64 where the group size is stated.</summary>
    public int HeadDim { get; set; } = 64;

    /// <summary>Query heads that share one key-value head, G: from 1 to 16. Not set, it is open, or 1 where the head dimension is stated.</summary>
    public int GroupSize { get; set; } = 1;

    /// <summary>
    /// An additional file of the project with the model's configuration as checkpoints carry it (config.json). Layers, heads and dimensions are then
    /// checked at compile time, <see cref="HeadDim"/> and <see cref="GroupSize"/> need not be stated, and the plan's memory is known to the byte.
    /// </summary>
    public string? Model { get; set; }

    /// <summary>Tokens of one page, P: a multiple of 16 from 16 to 256.</summary>
    public int PageTokens { get; set; } = 32;

    /// <summary>
    /// Whether a prompt's beginning may be compressed and saved once, for later prompts that begin alike. Refused by the compiler where a
    /// stage chooses by what the end of its prompt asks for: the next prompt asks something else.
    /// </summary>
    public bool SharesPrefixes { get; set; }
}

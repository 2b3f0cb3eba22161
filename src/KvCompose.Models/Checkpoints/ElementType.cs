namespace KvCompose.Models.Checkpoints;

/// <summary>How the numbers of a tensor are stored.</summary>
internal enum ElementType
{
    /// <summary>Known to the format, but not a type that weights are read from.</summary>
    Other,
    Float32,
    Float16,
    BFloat16,
}

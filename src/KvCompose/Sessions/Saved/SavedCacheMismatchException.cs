namespace KvCompose;

/// <summary>A saved cache was made by another model, tokenizer or pipeline, or belongs to another prompt. The sequence is as it was.</summary>
/// <param name="source">The file, or what was read from.</param>
/// <param name="property">What differs.</param>
/// <param name="saved">What the saved cache says.</param>
/// <param name="actual">What this session has.</param>
public sealed class SavedCacheMismatchException(string source, string property, string saved, string actual)
    : InvalidOperationException($"'{source}' was saved with {property} {saved}, but here it is {actual}")
{
    /// <summary>What differs.</summary>
    public string Property { get; } = property;
}

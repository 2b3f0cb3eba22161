namespace KvCompose;

/// <summary>What was read is no saved cache, or not the whole of one. The sequence that was to take it is empty.</summary>
/// <param name="source">The file, or what was read from.</param>
/// <param name="problem">What is wrong, and where.</param>
/// <param name="cause">What made it fail, if anything did.</param>
public sealed class SavedCacheFormatException(string source, string problem, Exception? cause = null)
    : IOException($"'{source}' is no usable saved cache: {problem}", cause);

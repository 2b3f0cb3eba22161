namespace KvCompose;

/// <summary>A page file cannot be used: it is full, cut short, of something else, or does not hold what was written. Names the file and the place.</summary>
public sealed class PageFileException : IOException
{
    /// <summary>A failure of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="cause">What the operating system said, if it did.</param>
    public PageFileException(string path, string problem, Exception? cause = null)
        : base($"page file '{path}': {problem}", cause)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; }
}

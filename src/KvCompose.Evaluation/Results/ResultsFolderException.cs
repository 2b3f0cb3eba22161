namespace KvCompose.Evaluation;

/// <summary>A results folder cannot be used as asked. Nothing in it was changed.</summary>
public sealed class ResultsFolderException : Exception
{
    internal ResultsFolderException(string path, string problem, Exception? cause = null)
        : base($"'{path}': {problem}", cause)
        => Path = path;

    /// <summary>The file or folder in question.</summary>
    public string Path { get; }
}

namespace KvCompose.Models;

/// <summary>A model folder cannot be used. The message names the file, the field and the value.</summary>
public abstract class ModelLoadException : Exception
{
    private const int LongestProblem = 500; // It may quote the file.

    private protected ModelLoadException(string file, string problem, Exception? cause)
        : base($"{file}: {(problem.Length <= LongestProblem ? problem : problem[..LongestProblem] + "…")}", cause)
        => File = file;

    /// <summary>The file in question.</summary>
    public string File { get; }
}

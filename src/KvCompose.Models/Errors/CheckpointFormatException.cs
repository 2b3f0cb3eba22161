namespace KvCompose.Models;

/// <summary>A file of weights is missing, truncated, contradictory, of a type that is not read, or lacks what the configuration promises.</summary>
public sealed class CheckpointFormatException : ModelLoadException
{
    internal CheckpointFormatException(string file, string problem, Exception? cause = null)
        : base(file, problem, cause)
    {
    }
}

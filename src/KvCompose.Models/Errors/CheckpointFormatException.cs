namespace KvCompose.Models;

/// <summary>A safetensors file or its index is missing, truncated, contradictory, or lacks what the configuration promises.</summary>
public sealed class CheckpointFormatException : ModelLoadException
{
    internal CheckpointFormatException(string file, string problem, Exception? cause = null)
        : base(file, problem, cause)
    {
    }
}

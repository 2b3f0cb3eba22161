namespace KvCompose.Models;

/// <summary>config.json, or the metadata of a GGUF file, is missing, is not well formed, or describes a model that cannot be computed.</summary>
public sealed class ModelConfigurationException : ModelLoadException
{
    internal ModelConfigurationException(string file, string problem, Exception? cause = null)
        : base(file, problem, cause)
    {
    }
}

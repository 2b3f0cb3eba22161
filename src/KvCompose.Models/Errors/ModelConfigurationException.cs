namespace KvCompose.Models;

/// <summary>config.json is missing, is not JSON, or describes a model that cannot be computed.</summary>
public sealed class ModelConfigurationException : ModelLoadException
{
    internal ModelConfigurationException(string file, string problem, Exception? cause = null)
        : base(file, problem, cause)
    {
    }
}

namespace KvCompose.Models;

/// <summary>tokenizer.json is missing, is not JSON, contradicts itself, or asks for a step that is not supported.</summary>
public sealed class TokenizerFormatException : ModelLoadException
{
    internal TokenizerFormatException(string file, string problem, Exception? cause = null)
        : base(file, problem, cause)
    {
    }
}

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>A pattern that is none, uses an unsupported construct, or takes too many steps on a text.</summary>
internal sealed class PatternException(string problem) : Exception(problem);

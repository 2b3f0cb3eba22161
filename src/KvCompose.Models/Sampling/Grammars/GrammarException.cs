namespace KvCompose.Models.Sampling.Grammars;

/// <summary>A JSON schema cannot be made into a grammar. The message names the keyword and where it stands.</summary>
public sealed class GrammarException : Exception
{
    internal GrammarException(string path, string problem)
        : base($"JSON schema, {path}: {problem}")
        => Path = path;

    /// <summary>Where in the schema, such as <c>#/properties/name</c>.</summary>
    public string Path { get; }
}

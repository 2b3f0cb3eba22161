namespace KvCompose.Evaluation;

/// <summary>A needle task's words.json is missing, is not JSON, or contradicts itself or the tokenizer.</summary>
public sealed class NeedleVocabularyException : Exception
{
    internal NeedleVocabularyException(string file, string problem, Exception? cause = null)
        : base($"{file}: {problem}", cause)
        => File = file;

    /// <summary>The file in question.</summary>
    public string File { get; }
}

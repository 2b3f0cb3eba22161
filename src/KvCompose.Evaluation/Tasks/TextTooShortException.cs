namespace KvCompose.Evaluation;

/// <summary>Not even the smallest sample of a task fits into the length that was asked for.</summary>
public sealed class TextTooShortException : Exception
{
    internal TextTooShortException(string task, int tokens, long least)
        : base($"task '{task}' needs at least {least} tokens, but the length is {tokens}")
        => (Task, Tokens, Least) = (task, tokens, least);

    /// <summary>The task.</summary>
    public string Task { get; }

    /// <summary>Tokens that were allowed.</summary>
    public int Tokens { get; }

    /// <summary>Tokens of the smallest sample.</summary>
    public long Least { get; }
}

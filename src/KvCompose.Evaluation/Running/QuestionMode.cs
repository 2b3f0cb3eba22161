namespace KvCompose.Evaluation;

/// <summary>Whether a question is known when the context is compressed.</summary>
public enum QuestionMode
{
    /// <summary>The context alone is prefilled and compressed; the question comes after it, token by token.</summary>
    QueryAgnostic,

    /// <summary>Context and first question are prefilled and compressed together; further questions follow token by token.</summary>
    QueryAware,
}

namespace KvCompose.Evaluation;

/// <summary>The names of the modes, the same everywhere in a report.</summary>
internal static class QuestionModes
{
    /// <summary>The field's word.</summary>
    public static string Name(QuestionMode mode) => mode == QuestionMode.QueryAgnostic ? "query-agnostic" : "query-aware";

    /// <summary>The word with its meaning.</summary>
    public static string Title(QuestionMode mode)
        => mode == QuestionMode.QueryAgnostic ? "query-agnostic (question after the compression)" : "query-aware (question in the prompt)";
}

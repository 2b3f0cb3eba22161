namespace KvCompose.Evaluation;

/// <summary>What a text of a closed vocabulary is about.</summary>
/// <param name="Sentences">What is hidden among noise.</param>
/// <param name="InOrder">Whether the sentences keep their order; the others stand anywhere.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The whole answer, as the model was taught it.</param>
/// <param name="References">What an answer has to contain.</param>
internal sealed record DialectItem(
    IReadOnlyList<List<int>> Sentences, bool InOrder, List<int> Question, List<int> Answer, IReadOnlyList<List<int>> References);

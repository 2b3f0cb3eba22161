namespace KvCompose.Evaluation;

/// <summary>A text, and questions about it that may be asked one after another.</summary>
/// <param name="Context">The text: what is compressed before any question is known.</param>
/// <param name="Questions">At least one.</param>
public sealed record TaskSample(string Context, IReadOnlyList<TaskQuestion> Questions);

/// <summary>One question. The prompt is context, question and prefix with nothing between them.</summary>
/// <param name="Text">The question.</param>
/// <param name="AnswerPrefix">How the answer begins; the model goes on from there.</param>
/// <param name="Answers">What the answer should contain.</param>
/// <param name="Depth">Where in the context the answer stands, 0 (beginning) to 1 (end); null when it has no single place.</param>
public sealed record TaskQuestion(string Text, string AnswerPrefix, IReadOnlyList<string> Answers, double? Depth = null);

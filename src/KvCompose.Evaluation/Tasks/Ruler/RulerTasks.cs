namespace KvCompose.Evaluation;

/// <summary>
/// RULER's eleven synthetic tasks: prompts, sizes and scores as published, words, prose and random numbers the project's own. Its two
/// question-answering tasks need data files and are not here; a mean over eleven tasks is not one over thirteen.
/// </summary>
public static class RulerTasks
{
    /// <summary>All eleven, in RULER's order.</summary>
    /// <param name="essay">The prose of the tasks that need some; <see cref="EssayText.MadeUp"/> when null.</param>
    public static IReadOnlyList<EvaluationTask> All(EssayText? essay = null)
        => [.. RulerNiah.All(essay ?? EssayText.MadeUp), new RulerVariableTracking(), new RulerCommonWords(), new RulerFrequentWords()];
}

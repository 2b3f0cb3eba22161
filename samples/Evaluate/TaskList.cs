using System.Globalization;
using KvCompose.Evaluation;
using KvCompose.Models;
using KvCompose.Samples.Needle;

namespace KvCompose.Samples.Evaluate;

/// <summary>The tasks that a model can be asked.</summary>
internal static class TaskList
{
    private static readonly double[] DefaultBudgets = [0.125, 0.032];

    /// <summary>Those of its own words where the folder has a words.json, else those in English.</summary>
    public static EvaluationTask[] Of(LanguageModel model, EvaluateArguments arguments)
    {
        string words = Path.Combine(arguments.Model ?? EmbeddedModel.Folder, "words.json");
        IReadOnlyList<EvaluationTask> all = File.Exists(words)
            ? NeedleDialect.All(NeedleVocabulary.Load(words, model.Tokenizer), model.Tokenizer)
            : English(arguments.Essay is null ? EssayText.MadeUp : Read(arguments.Essay));
        return arguments.Tasks is null ? [.. all] : [.. arguments.Tasks.Select(name => all.FirstOrDefault(task => task.Name == name)
            ?? throw new WrongArgumentException($"there is no task '{name}' for this model; there are {string.Join(", ", all.Select(task => task.Name))}"))];
    }

    /// <summary>Draws a text of every task and length, so that a wrong length is known before any work is done.</summary>
    /// <returns>Tokens of the shortest context.</returns>
    public static int ShortestContext(IReadOnlyCollection<EvaluationTask> tasks, LanguageModel model, EvaluateArguments arguments)
    {
        int shortest = int.MaxValue;
        foreach (int length in arguments.Lengths)
        {
            if (length > model.Shape.Context)
            {
                throw new WrongArgumentException($"--length is {length}, but the model's context has {model.Shape.Context} tokens");
            }

            foreach (EvaluationTask task in tasks)
            {
                try
                {
                    shortest = Math.Min(shortest, model.Tokenizer.Encode(task.Samples(Extent(model, length), arguments.Seed).First().Context).Length);
                }
                catch (TextTooShortException problem)
                {
                    throw new WrongArgumentException($"--length: {problem.Message}", problem);
                }
            }
        }

        return shortest;
    }

    /// <summary>
    /// The budgets of a run. A head that may keep no more tokens than the observation window selects nothing, and some methods then keep all:
    /// a stated budget of that size is refused, a default one is raised to the smallest that selects.
    /// </summary>
    /// <param name="stated">The command line's budgets, or null.</param>
    /// <param name="shortestContext">Tokens of the shortest context.</param>
    public static IReadOnlyList<double> Budgets(IReadOnlyList<double>? stated, int shortestContext)
    {
        double least = Math.Ceiling(1000.0 * (EmbeddedModel.Window + 1) / shortestContext) / 1000;
        if (stated is null)
        {
            return [.. DefaultBudgets.Select(budget => Math.Max(budget, least)).Distinct()];
        }

        foreach (double budget in stated.Where(budget => (int)(budget * shortestContext) <= EmbeddedModel.Window))
        {
            throw new WrongArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"--budget is {budget}, expected at least {least}: {budget} of a text of {shortestContext} tokens is no more than the observation window of {EmbeddedModel.Window} tokens"));
        }

        return stated;
    }

    public static TextExtent Extent(LanguageModel model, int length) => new(length, text => model.Tokenizer.Encode(text).Length);

    private static EvaluationTask[] English(EssayText essay)
        => [.. RulerTasks.All(essay), new AncestralTrace(), new PassKey(), new NumberString(), new KeyValueRetrieval(), new MultiQuestion(essay)];

    private static EssayText Read(string file)
    {
        try
        {
            return new EssayText(File.ReadAllText(file));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongArgumentException($"--essay: '{file}': {problem.Message}", problem);
        }
    }
}

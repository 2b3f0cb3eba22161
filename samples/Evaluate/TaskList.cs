using KvCompose.Evaluation;
using KvCompose.Models;
using KvCompose.Samples.Needle;

namespace KvCompose.Samples.Evaluate;

/// <summary>The tasks that a model can be asked.</summary>
internal static class TaskList
{
    /// <summary>Those of its own words where words.json lies beside it, else those in English.</summary>
    public static EvaluationTask[] Of(LanguageModel model, EvaluateArguments arguments)
    {
        string words = Path.Combine(arguments.Model, "words.json");
        IReadOnlyList<EvaluationTask> all = File.Exists(words)
            ? NeedleDialect.All(NeedleVocabulary.Load(words, model.Tokenizer), model.Tokenizer)
            : English(arguments.Essay is null ? EssayText.MadeUp : Read(arguments.Essay));
        return arguments.Tasks is null ? [.. all] : [.. arguments.Tasks.Select(name => all.FirstOrDefault(task => task.Name == name)
            ?? throw new WrongArgumentException($"there is no task '{name}' for this model; there are {string.Join(", ", all.Select(task => task.Name))}"))];
    }

    /// <summary>Draws a text of every task and length, so that a wrong length is known before any work is done.</summary>
    public static void Check(IEnumerable<EvaluationTask> tasks, LanguageModel model, EvaluateArguments arguments)
    {
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
                    CheckBudgets(arguments, length, model.Tokenizer.Encode(task.Samples(Extent(model, length), arguments.Seed).First().Context).Length);
                }
                catch (TextTooShortException problem)
                {
                    throw new WrongArgumentException($"--length: {problem.Message}", problem);
                }
            }
        }
    }

    /// <summary>A head that may keep no more than the observation window chooses nothing, and some methods then keep all.</summary>
    private static void CheckBudgets(EvaluateArguments arguments, int length, int contextTokens)
    {
        foreach (double budget in arguments.Budgets.Where(budget => (int)(budget * contextTokens) <= EmbeddedModel.Window))
        {
            throw new WrongArgumentException(
                $"--budget {budget} of a text of {contextTokens} tokens (--length {length}) is no more than the observation window of {EmbeddedModel.Window} tokens");
        }
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

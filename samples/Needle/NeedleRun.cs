using KvCompose.Evaluation;
using KvCompose.Samples.Needle.Display;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>Every text is read and answered by every pipeline in turn.</summary>
internal static class NeedleRun
{
    /// <summary>Facts of a text.</summary>
    public const int Facts = 8;

    private const int WarmUpTokens = 256;
    private const int WarmUpSteps = 32; // more calls than the runtime takes to compile a method again, optimised
    private const int WarmUpBudgets = 3; // so that what a pipeline does beyond its budget has been compiled as well

    public static void Run(NeedleArguments arguments, IAnsiConsole console, CancellationToken cancellation)
    {
        using AtomicFile? json = arguments.Json is { } path ? OutputFile.Create("--json", path) : null;
        using NeedleModel model = NeedleModel.Open(arguments.Model, arguments.Profiles);
        INeedleTask task = model.Task(arguments.Length, Facts, arguments.Turns);
        arguments = arguments.PipelinesAreNamed ? arguments : arguments with { Pipelines = model.Profiles.Choose(arguments.Pipelines, console) };
        PipelineRun[] runs = PipelineRun.OpenAll(model, task.Texts(arguments.Seed).First(), arguments, cancellation);
        try
        {
            WarmUp(runs, arguments, task.Texts(arguments.Seed).First(), cancellation);
            var board = new ScoreBoard(runs, arguments.Questions * runs.Length, console.Profile.Height);
            LiveScoreBoard.Show(console, board, refresh =>
            {
                foreach (NeedleText text in task.Texts(arguments.Seed).Take(arguments.Questions))
                {
                    NeedleQuestion question = text.Questions[^1];
                    string asked = $"{model.Language.Tokenizer.Decode(text.Asked(question))} {model.Language.Tokenizer.Decode([.. question.Fact.Value])}";
                    foreach (PipelineRun run in runs)
                    {
                        foreach (NeedleAnswer answer in Answers(run.Session, text, cancellation))
                        {
                            run.Score.Add(answer);
                        }

                        board.Advance(asked, run);
                        refresh();
                    }
                }
            });

            console.Write(Verdict.Of(runs));
            if (json is not null)
            {
                NeedleResult[] results = [.. runs.Select(run => NeedleResult.Of(run.Name, run.Score, run.Budget))];
                new NeedleReport(model.Name, arguments.Length, arguments.Questions, results).Write(json.Stream);
                json.Commit();
            }
        }
        finally
        {
            Array.ForEach(runs, run => run.Dispose());
        }
    }

    /// <summary>A lone question is answered with what the model says, several in turn each after the right earlier answers.</summary>
    private static IReadOnlyList<NeedleAnswer> Answers(KvSession session, NeedleText text, CancellationToken cancellation)
        => text.Questions.Count == 1
            ? [NeedleAnswer.Of(session, text, text.Questions[0], cancellation)]
            : NeedleAnswer.InTurn(session, text, cancellation);

    /// <summary>Lets the runtime compile what is measured afterwards.</summary>
    private static void WarmUp(PipelineRun[] runs, NeedleArguments arguments, NeedleText text, CancellationToken cancellation)
    {
        int largest = arguments.Budgets.Max(budget => new NeedleBudget(budget, arguments.Length).Tokens);
        int tokens = Math.Min(Math.Max(WarmUpTokens, WarmUpBudgets * largest), text.Tokens.Length);
        foreach (PipelineRun run in runs)
        {
            run.Session.Prefill(text.Tokens[..tokens], cancellation);
            for (int step = 0; step < WarmUpSteps; step++)
            {
                run.Session.Step(text.Tokens[step..(step + 1)], cancellation);
            }
        }
    }
}

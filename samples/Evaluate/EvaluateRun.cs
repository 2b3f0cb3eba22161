using KvCompose.Evaluation;
using KvCompose.Models;
using KvCompose.Samples.Evaluate.Display;
using KvCompose.Samples.Needle;
using Spectre.Console;

namespace KvCompose.Samples.Evaluate;

/// <summary>Every pipeline and budget answers every task at every length; what is done is on disk at once.</summary>
internal static class EvaluateRun
{
    private static readonly NeedlePipeline Baseline = NeedlePipeline.All[0];

    /// <param name="arguments">What the command line asks for.</param>
    /// <param name="command">The command line as it was given.</param>
    /// <param name="console">Where progress and table are shown.</param>
    /// <param name="cancellation">Ends the run; cells that are done are kept.</param>
    public static void Run(EvaluateArguments arguments, string command, IAnsiConsole console, CancellationToken cancellation)
    {
        using NeedleModel opened = NeedleModel.Open(arguments.Model, arguments.Profiles);
        LanguageModel model = opened.Language;
        arguments = arguments.PipelinesAreNamed ? arguments : arguments with { Pipelines = opened.Profiles.Choose(arguments.Pipelines, console) };
        EvaluationTask[] tasks = TaskList.Of(model, arguments);
        arguments = arguments with { Budgets = TaskList.Budgets(arguments.Budgets, TaskList.ShortestContext(tasks, model, arguments)) };
        BudgetedPipeline[] pipelines = BudgetedPipelines(arguments);
        Array.ForEach(pipelines, pipeline => pipeline.Check(opened, arguments.Lengths));
        ResultsFolder results = ResultsFolder.Open(
            arguments.Results, new EvaluationSetting(opened.Name, arguments.Seed, arguments.Samples, arguments.Essay ?? "made up", Baseline.Name), arguments.Use);

        double bandwidth = MemoryBandwidth.Measure(cancellation: cancellation);
        CellKey[] wanted = [.. from length in arguments.Lengths from pipeline in pipelines from mode in arguments.Modes from task in tasks
                               select new CellKey(pipeline.Pipeline.Name, task.Name, length, pipeline.Budget, mode)];
        CellKey[] missing = [.. wanted.Where(key => results.Find(key) is null)];
        CellProgress.Show(console, missing.Length, done =>
        {
            foreach (IGrouping<int, CellKey> length in missing.GroupBy(key => key.Length))
            {
                Run(length.Key, [.. length], [.. pipelines], tasks, opened, arguments, cell =>
                {
                    results.Save(cell);
                    done(cell);
                }, cancellation);
            }
        });

        CellResult[] cells = [.. wanted.Select(key => results.Find(key)!)];
        EvaluationSummary summary = EvaluationSummary.Of(results.Setting, cells, bandwidth);
        string version = typeof(KvSession).Assembly.GetName().Version!.ToString(3);
        var origin = new ReportOrigin(DateTimeOffset.Now, Machine.Description, version, command);
        results.Write("report.html", stream => HtmlReport.Write(stream, summary, cells, origin));
        console.Write(SummaryTable.Of(summary));
        console.WriteLine($"{Path.Combine(arguments.Results, "report.html")}");
    }

    private static void Run(
        int length, CellKey[] missing, BudgetedPipeline[] pipelines, EvaluationTask[] tasks, NeedleModel opened, EvaluateArguments arguments, Action<CellResult> done,
        CancellationToken cancellation)
    {
        LanguageModel model = opened.Language;
        using KvSession full = Baseline.Open(opened, new NeedleBudget(new UniformBudget { Ratio = 1 }, length));
        var runner = new CellRunner(model, new PipelineEvaluator(full, model), length, arguments);
        foreach (BudgetedPipeline pipeline in pipelines)
        {
            CellKey[] own = [.. missing.Where(key => key.Pipeline == pipeline.Pipeline.Name && key.Budget == pipeline.Budget)];
            if (own.Length == 0)
            {
                continue;
            }

            using KvSession session = pipeline.Open(opened, length);
            var evaluator = new PipelineEvaluator(session, model);
            evaluator.WarmUp(tasks[0].Samples(TaskList.Extent(model, arguments.Lengths.Min()), arguments.Seed).First(), cancellation);
            foreach (CellKey key in own)
            {
                done(runner.Run(key, tasks.Single(task => task.Name == key.Task), evaluator, cancellation));
            }
        }
    }

    /// <summary>Every pipeline with every budget; the baseline, and what a budget means nothing to, once.</summary>
    private static BudgetedPipeline[] BudgetedPipelines(EvaluateArguments arguments) =>
    [
        new BudgetedPipeline(Baseline, 1),
        .. from pipeline in arguments.Pipelines where pipeline != Baseline
           from budget in pipeline.KeepsEverything ? [1] : arguments.Budgets! select new BudgetedPipeline(pipeline, budget),
    ];
}

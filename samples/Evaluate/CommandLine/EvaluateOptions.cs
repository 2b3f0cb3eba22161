using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KvCompose.Evaluation;
using KvCompose.Samples.Needle;

namespace KvCompose.Samples.Evaluate;

/// <summary>The options of the command line.</summary>
internal sealed class EvaluateOptions
{
    private static readonly string Names = string.Join(", ", NeedlePipeline.All.Select(pipeline => pipeline.Name));

    private const string Everybody = "all";

    private readonly Option<string?> _model = ModelOptions.Model();
    private readonly Option<string?> _profiles = ModelOptions.Profiles();

    private readonly Option<string[]> _pipelines = Several<string>(
        "--pipeline", "NAME…", $"Who answers beside the baseline: {Everybody}, or of {Names}. [default: every published method by itself]");
    private readonly Option<string[]> _tasks = Several<string>("--task", "NAME…", "What is asked. [default: all that the model has words for]");
    private readonly Option<int[]> _lengths = Several<int>("--length", "TOKENS…", "Most tokens of a text. [default: 640 1024]");
    private readonly Option<double[]> _budgets = Several<double>("--budget", "SHARE…", "Shares of a text that a head may keep. [default: 0.125 0.032, raised for short texts to the smallest share above the observation window]");
    private readonly Option<string> _mode = new("--mode")
    {
        Description = "Whether the question is known when the text is compressed: agnostic, aware or both.",
        DefaultValueFactory = _ => "both",
    };

    private readonly Option<int> _samples = new("--samples") { Description = "Texts of a cell.", DefaultValueFactory = _ => 2 };
    private readonly Option<int> _fidelity = new("--fidelity")
    {
        Description = "Texts of a cell on which the distributions are compared with the full cache's.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Decides the texts.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _essay = new("--essay") { Description = "Prose to hide needles in, instead of made-up sentences.", HelpName = "FILE" };
    private readonly Option<string> _results = new("--results") { Description = "The results folder.", HelpName = "FOLDER", DefaultValueFactory = _ => "evaluation" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on with the results that the folder holds." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Deletes the results that the folder holds." };

    public EvaluateOptions()
    {
        foreach (Option option in (Option[])[_samples, _lengths])
        {
            Require(option, token => !int.TryParse(token, out int number) || number > 0, "numbers above 0");
        }

        Require(_fidelity, token => !int.TryParse(token, out int number) || number >= 0, "a number from 0");
        Require(_budgets, token => !double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) || share is >= 0.001 and <= 1, "shares from 0.001 to 1");
        Require(_mode, token => token is "agnostic" or "aware" or "both", "agnostic, aware or both");
        Require(_pipelines, token => IsEverybody(token) || Find(token) is not null, $"{Everybody}, or pipelines of {Names}");
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_model, _profiles, _pipelines, _tasks, _lengths, _budgets, _mode, _samples, _fidelity, _seed, _essay, _results, _resume, _overwrite])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_resume) && result.GetValue(_overwrite))
            {
                result.AddError("--resume and --overwrite exclude each other");
            }
        });
    }

    public EvaluateArguments Read(ParseResult parsed) => new(
        parsed.GetValue(_model),
        Given(parsed, _pipelines) is { } names
            ? [.. names.SelectMany(name => IsEverybody(name) ? NeedlePipeline.All : [Find(name)!]).Distinct()]
            : [.. NeedlePipeline.All.Where(pipeline => !pipeline.IsVariation)],
        Given(parsed, _tasks), Given(parsed, _lengths) ?? [640, 1024], Given(parsed, _budgets),
        parsed.GetValue(_mode) switch
        {
            "agnostic" => [QuestionMode.QueryAgnostic],
            "aware" => [QuestionMode.QueryAware],
            _ => [QuestionMode.QueryAgnostic, QuestionMode.QueryAware],
        },
        parsed.GetValue(_samples), parsed.GetValue(_fidelity), parsed.GetValue(_seed), parsed.GetValue(_essay), parsed.GetValue(_results)!,
        parsed.GetValue(_resume) ? FolderUse.Resume : parsed.GetValue(_overwrite) ? FolderUse.Overwrite : FolderUse.New)
    {
        Profiles = parsed.GetValue(_profiles),
        PipelinesAreNamed = Given(parsed, _pipelines) is { } all && !all.Any(IsEverybody),
    };

    private static bool IsEverybody(string name) => name.Equals(Everybody, StringComparison.OrdinalIgnoreCase);

    private static T[]? Given<T>(ParseResult parsed, Option<T[]> option) => parsed.GetValue(option) is { Length: > 0 } given ? [.. given.Distinct()] : null;

    private static NeedlePipeline? Find(string name)
        => Array.Find(NeedlePipeline.All, pipeline => pipeline.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static Option<T[]> Several<T>(string name, string help, string description)
        => new(name) { HelpName = help, Description = description, AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.OneOrMore };

    /// <summary>What is no number at all is reported by the parser itself.</summary>
    private static void Require(Option option, Func<string, bool> holds, string expected) => option.Validators.Add(result =>
    {
        foreach (Token wrong in result.Tokens.Where(token => !holds(token.Value)))
        {
            result.AddError($"{option.Name} is '{wrong.Value}', expected {expected}");
        }
    });
}

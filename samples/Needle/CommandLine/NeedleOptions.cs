using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KvCompose.Samples.Needle;

/// <summary>The options of the command line.</summary>
internal sealed class NeedleOptions
{
    private const double DefaultShare = 0.125;
    private const double SmallestShare = 0.001;
    private static readonly string Names = string.Join(", ", NeedlePipeline.All.Select(pipeline => pipeline.Name));

    private readonly Option<string?> _model = ModelOptions.Model();
    private readonly Option<string?> _profiles = ModelOptions.Profiles();
    private readonly Option<int> _length = new("--length") { Description = "Tokens of a text.", DefaultValueFactory = _ => 2048 };
    private readonly Option<int> _questions = new("--questions") { Description = "Texts, with one question each unless --turns is given.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _turns = new("--turns")
    {
        Description = $"Questions about each text, one after the other on one prefill: the topic changes while decoding, from 1 to {NeedleRun.Facts}.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the texts.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _json = new("--json") { Description = "Writes the figures to FILE as JSON.", HelpName = "FILE" };
    private readonly Option<bool> _recall = new("--recall") { Description = "Measures how many of the best tokens the fetched pages contain; decoding slows down." };
    private readonly Option<UniformBudget[]> _budgets = new("--budget")
    {
        Description = "Tokens that a key-value head may keep: a number, or with a decimal point a share of the text; several are compared. [default: 0.125]",
        HelpName = "TOKENS|SHARE…",
        CustomParser = ParseBudgets,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<double> _mebibytes = new("--mebibytes")
    {
        Description = "Compares at equal bytes: each pipeline gets the largest budget whose pages stay within MIB while it answers. Excludes --budget.",
        HelpName = "MIB",
    };

    private readonly Option<string[]> _pipelines = new("--pipeline")
    {
        Description = $"Pipelines to compare: {NeedlePipeline.Everything}, or some of {Names}. [default: {string.Join(", ", NeedlePipeline.Default.Select(pipeline => pipeline.Name))}]",
        HelpName = "NAME…",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    public NeedleOptions()
    {
        // What is no number at all is reported by the parser itself.
        _questions.Validators.Add(result => Require(
            result, result.Tokens is not [var given] || !int.TryParse(given.Value, out int texts) || texts > 0, "a number above 0"));
        _turns.Validators.Add(result => Require(
            result, result.Tokens is not [var given] || !int.TryParse(given.Value, out int turns) || turns is >= 1 and <= NeedleRun.Facts,
            $"a number from 1 to {NeedleRun.Facts}"));
        _json.Validators.Add(result => Require(
            result, result.Tokens is not [var given] || !string.IsNullOrWhiteSpace(given.Value), "a file name"));
        _mebibytes.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && double.TryParse(given.Value, CultureInfo.InvariantCulture, out double size))
            {
                Require(result, size > 0 && double.IsFinite(size), "a number above 0");
                Require(result, result.GetResult(_budgets) is null or { Implicit: true }, "no --budget beside it");
            }
        });
        _pipelines.Validators.Add(result =>
        {
            foreach (Token unknown in result.Tokens.Where(token => !IsEverything(token.Value) && NeedlePipeline.Find(token.Value) is null))
            {
                result.AddError($"there is no pipeline '{unknown.Value}'; there are {Names}, and {NeedlePipeline.Everything}");
            }
        });
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_model, _profiles, _length, _questions, _turns, _seed, _budgets, _mebibytes, _pipelines, _recall, _json])
        {
            command.Add(option);
        }
    }

    public NeedleArguments Read(ParseResult parsed) => new(
        parsed.GetValue(_length), parsed.GetValue(_questions), parsed.GetValue(_turns), parsed.GetValue(_seed),
        parsed.GetValue(_budgets) is { Length: > 0 } budgets ? [.. budgets.Distinct()] : [new UniformBudget { Ratio = DefaultShare }],
        parsed.GetValue(_pipelines) is { Length: > 0 } names
            ? [.. names.SelectMany(name => IsEverything(name) ? NeedlePipeline.All : [NeedlePipeline.Find(name)!]).Distinct()] : NeedlePipeline.Default,
        parsed.GetValue(_json))
    {
        Model = parsed.GetValue(_model),
        Profiles = parsed.GetValue(_profiles),
        PipelinesAreNamed = parsed.GetValue(_pipelines) is { Length: > 0 } all && !all.Any(IsEverything),
        Recall = parsed.GetValue(_recall),
        Mebibytes = parsed.GetValue(_mebibytes),
    };

    private static bool IsEverything(string name) => name.Equals(NeedlePipeline.Everything, StringComparison.OrdinalIgnoreCase);

    private static UniformBudget[] ParseBudgets(ArgumentResult result)
        => [.. result.Tokens.Select(token => ParseBudget(token.Value, result))];

    private static UniformBudget ParseBudget(string text, ArgumentResult result)
    {
        if (text.Contains('.') && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= SmallestShare and <= 1)
        {
            return new UniformBudget { Ratio = share };
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int tokens) && tokens > 0)
        {
            return new UniformBudget { Tokens = tokens };
        }

        result.AddError($"--budget is '{text}', expected tokens above 0, or a share from {SmallestShare} to 1.0 with a decimal point");
        return default;
    }

    private static void Require(OptionResult result, bool holds, string expected)
    {
        if (!holds)
        {
            result.AddError($"{result.Option.Name} is '{string.Join(' ', result.Tokens)}', expected {expected}");
        }
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KvCompose.Models.Chat;
using KvCompose.Models.Sampling;

namespace KvCompose.Samples.Chat;

/// <summary>The options of the command line.</summary>
internal sealed class ChatOptions
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "A GGUF file, one part of a split one, or a folder with safetensors and tokenizer.json.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _pipeline = new("--pipeline")
    {
        Description = "What the cache keeps: " + string.Join("; ", ChatPipeline.All.Select(static pipeline => $"{pipeline.Name} ({pipeline.Description})")) + ".",
        HelpName = "NAME",
        DefaultValueFactory = static _ => ChatPipeline.All[0].Name,
    };

    private readonly Option<string?> _prompt = new("--prompt") { Description = "Answers one question and ends.", HelpName = "TEXT" };
    private readonly Option<string?> _file = new("--file") { Description = "A text that goes in front of the first question.", HelpName = "FILE" };
    private readonly Option<string?> _system = new("--system") { Description = "The system's message, instead of the template's own.", HelpName = "TEXT" };
    private readonly Option<int> _maxTokens = new("--max-tokens") { Description = "Most tokens of an answer; 0 for no limit.", HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "With --prompt: prints one JSON object instead of text." };
    private readonly Option<double> _temperature = new("--temperature") { Description = "0 takes the likeliest token.", DefaultValueFactory = static _ => 0.7 };
    private readonly Option<double> _topP = new("--top-p") { Description = "Draws among the likeliest tokens that have this probability together.", DefaultValueFactory = static _ => 0.95 };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Seed of the draws.", HelpName = "N" };
    private readonly Option<int> _context = new("--context") { Description = "Longest conversation in tokens; 0 for the model's own.", HelpName = "N" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads to compute with; 0 chooses.", HelpName = "N" };

    public ChatOptions()
    {
        foreach (Option<int> option in (Option<int>[])[_maxTokens, _context, _threads])
        {
            option.Validators.Add(result => Require(result, int.TryParse(Given(result), out int value) && value < 0, "a number from 0"));
        }

        _temperature.Validators.Add(result => Require(result, Number(result) is < 0 or > 100, "a number from 0 to 100"));
        _topP.Validators.Add(result => Require(result, Number(result) is <= 0 or > 1, "a number above 0 and at most 1"));
    }

    public IEnumerable<Option> All
        => [_model, _pipeline, _prompt, _file, _system, _maxTokens, _json, _temperature, _topP, _seed, _context, _threads];

    /// <exception cref="WrongArgumentException">Options contradict each other, or name what is not there.</exception>
    public ChatArguments Read(ParseResult parsed)
    {
        string? prompt = parsed.GetValue(_prompt);
        if (prompt is null && parsed.GetValue(_json))
        {
            throw new WrongArgumentException("--json is for --prompt");
        }

        int most = parsed.GetValue(_maxTokens);
        return new ChatArguments
        {
            Model = parsed.GetValue(_model)!,
            Pipeline = ChatPipeline.Find(parsed.GetValue(_pipeline)!),
            Context = parsed.GetValue(_context),
            Threads = parsed.GetValue(_threads),
            System = parsed.GetValue(_system),
            File = parsed.GetValue(_file),
            Prompt = prompt,
            Json = parsed.GetValue(_json),
            Answers = new ConversationOptions
            {
                MaxTokens = most == 0 ? int.MaxValue : most,
                Sampling = new SamplingOptions
                {
                    Temperature = (float)parsed.GetValue(_temperature),
                    TopP = (float)parsed.GetValue(_topP),
                    Seed = parsed.GetValue(_seed),
                },
            },
        };
    }

    private static string? Given(OptionResult result) => result.Tokens is [var token] ? token.Value : null;

    private static double? Number(OptionResult result)
        => double.TryParse(Given(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static void Require(OptionResult result, bool wrong, string expected)
    {
        if (wrong)
        {
            result.AddError($"{result.Option.Name} is {Given(result)}, expected {expected}");
        }
    }
}

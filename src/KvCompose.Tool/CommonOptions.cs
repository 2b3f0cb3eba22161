using System.CommandLine;
using KvCompose.Models;

namespace KvCompose.Tool;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string> Model() => new("--model")
    {
        Description = "A GGUF file, one part of a split one, or a folder with safetensors and tokenizer.json.",
        HelpName = "FILE",
        Required = true,
    };

    public static Argument<string> File()
        => new("FILE") { Description = "A GGUF file, one part of a split one, or a folder with safetensors." };

    public static Option<string> Pipeline() => new("--pipeline")
    {
        Description = "What the cache keeps: " + string.Join("; ", PipelineTable.All.Select(static pipeline
            => $"{pipeline.Name} ({pipeline.Description})")) + ".",
        HelpName = "NAME",
        DefaultValueFactory = static _ => PipelineTable.All[0].Name,
    };

    public static Option<bool> Json() => new("--json") { Description = "Prints one JSON object instead of text." };

    public static Option<int> Whole(string name, string description, int usual, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out int value) && (value < least || value > most))
            {
                result.AddError($"{name} is {value}; it must be from {least} to {most}");
            }
        });
        return option;
    }

    public static LanguageModel Load(string path, int threads = 0, int context = 0)
        => LanguageModel.Load(path, new LanguageModelOptions { Threads = threads, Context = context });
}

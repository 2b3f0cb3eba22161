using System.CommandLine;

namespace KvCompose.Samples.Needle;

/// <summary>The verb <c>calibrate</c> and its options.</summary>
internal static class CalibrateVerb
{
    private const string Description = """
        Reads needle texts once whole and once cut behind every layer, and writes the earliest layer behind which FastKV can cut: the
        model's final hidden state stays within a distance. The layer of the smallest distance is shown beside it.
        """;

    /// <param name="run">What the verb does; returns the exit code.</param>
    public static Command Command(Func<CalibrateArguments, int> run)
    {
        var file = new Argument<string>("file") { Description = "Where the profile is written to." };
        Option<string?> model = ModelOptions.Model();
        var length = new Option<int>("--length") { Description = "Tokens of a text.", DefaultValueFactory = _ => 2048 };
        var texts = new Option<int>("--texts") { Description = "How many texts.", DefaultValueFactory = _ => 8 };
        var seed = new Option<ulong>("--seed") { Description = "Decides the texts.", DefaultValueFactory = _ => 42 };
        var rate = new Option<double>("--rate") { Description = "Share of the tokens that goes on.", DefaultValueFactory = _ => 0.2 };
        var epsilon = new Option<double>("--epsilon") { Description = "Largest mean squared distance that counts as close.", Required = true };
        var first = new Option<int>("--first") { Description = "The first layer that may be chosen, from 0.", DefaultValueFactory = _ => 0 };
        var last = new Option<int>("--last") { Description = "The last layer that may be chosen, from 0.", Required = true };
        RequireFrom(texts, static count => count >= 1, "a number from 1");
        RequireFrom(first, static layer => layer >= 0, "a layer from 0");
        RequireFrom(last, static layer => layer >= 0, "a layer from 0");
        RequireFrom(rate, static share => share is >= 0.001 and <= 1, "a share from 0.001 to 1");
        RequireFrom(epsilon, static distance => distance >= 0, "a distance from 0");
        var command = new Command("calibrate", Description) { file, length, texts, seed, rate, epsilon, first, last, model };
        command.SetAction(parsed => run(new CalibrateArguments(
            parsed.GetValue(length), parsed.GetValue(texts), parsed.GetValue(seed), parsed.GetValue(rate), parsed.GetValue(epsilon),
            parsed.GetValue(first), parsed.GetValue(last), parsed.GetRequiredValue(file), parsed.GetValue(model))));
        return command;
    }

    private static void RequireFrom<T>(Option<T> option, Func<T, bool> isValid, string expected) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var given] && result.GetValue(option) is { } value && !isValid(value))
        {
            result.AddError($"{option.Name} is '{given.Value}', expected {expected}");
        }
    });
}
